/** The words of the pages for customers. */
export const customerTexts = {
  customer: {
    title: 'Your orders',
    none: 'You have not ordered anything yet.',
    ordered: (time: string) => `Ordered ${time}`,
    more: 'Older orders',
    parcels: 'Parcels',
    noParcels: 'Nothing has been sent yet.',
    tracking: (carrier: string, number: string) => `${carrier}, tracking number ${number}`,
    history: 'What happened',
    returns: 'Returns',
    returnItems: 'Send something back',
    returnTitle: 'What would you like to send back?',
    returnQuantity: (name: string, sent: number) => `${name}: how many of ${sent}`,
    returnReason: 'Why',
    returnSubmit: 'Request the return',
    returned: (quantity: number, name: string) => `${quantity} × ${name}`,
    itemLine: (quantity: number, name: string) => `${quantity} × ${name}`,
    total: 'Total',
  },
};
