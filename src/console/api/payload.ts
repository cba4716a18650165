export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export interface Payload {
  readonly userErrors: readonly UserError[];
}
