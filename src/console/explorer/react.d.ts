// GraphiQL is made with React, the rest of the pages with Preact, whose types of elements are other ones: of React only
// what starts GraphiQL is known here.
declare module 'react' {
  export function createElement(type: unknown, properties: object): object;
}
declare module 'react-dom/client' {
  export function createRoot(place: Element): { render(element: object): void };
}
