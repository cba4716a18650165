/** The links end soon, so they are asked for when somebody wants the paper. */
export const papersQuery = `query Papers($id: ID!) {
  fulfillment(id: $id) { packingSlipUrl pickListUrl boxLabelUrl }
}`;

export type Paper = 'packingSlipUrl' | 'pickListUrl' | 'boxLabelUrl';
