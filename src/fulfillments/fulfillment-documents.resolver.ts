import { Authorized, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import type { FulfillmentRow } from './fulfillment.repository.ts';
import { Fulfillment } from './fulfillment.type.ts';

const link =
  'A path on this server, good for five minutes, that opens without a token: ask for it when it is needed. Permission: documents.print, else null.';

@Resolver(() => Fulfillment)
export class FulfillmentDocumentsResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: `The packing slip as a PDF: what is in the box, without prices. ${link}`,
  })
  @Authorized('documents.print')
  packingSlipUrl(@Root() { id }: FulfillmentRow, @Ctx() { services }: RequestContext): string {
    return services.documentLinks.make('packing-slip', id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `The pick list as a PDF: what to fetch, with squares to tick. ${link}`,
  })
  @Authorized('documents.print')
  pickListUrl(@Root() { id }: FulfillmentRow, @Ctx() { services }: RequestContext): string {
    return services.documentLinks.make('pick-list', id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `The label of the box as a PDF of 100 by 150 mm: where to, with the number as Code 128 and QR code. ${link}`,
  })
  @Authorized('documents.print')
  boxLabelUrl(@Root() { id }: FulfillmentRow, @Ctx() { services }: RequestContext): string {
    return services.documentLinks.make('box-label', id);
  }
}
