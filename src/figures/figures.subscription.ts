import { Args, Authorized, Ctx, Resolver, Root, Subscription } from 'type-graphql';
import { may } from '../auth/actor.ts';
import type { RequestContext } from '../graphql/context.ts';
import { subscribedOverHttp, subscribeToLog } from '../graphql/subscribe-to-log.ts';
import { validated } from '../graphql/subscription-arguments.ts';
import type { DashboardFigures } from './dashboard.ts';
import { DashboardChangedArguments, FiguresFilter } from './figures.input.ts';
import { DashboardChange } from './figures.type.ts';
import { followDashboard, type DashboardUpdate } from './live-dashboard.ts';

@Resolver(() => DashboardChange)
export class DashboardSubscriptionResolver {
  @Subscription(() => DashboardChange, {
    description:
      'The dashboard whenever a figure of it that you see has changed, at most once a second, and always the newest. With `after`, at once if anything has happened since. Permission: dashboard.view.',
    subscribe: async ({ context, args }) => {
      const { filter, days, after } = await validated(args, DashboardChangedArguments, FiguresFilter);
      const { services, viewer } = context as RequestContext;
      const channel = filter?.channel;
      const events = await subscribeToLog(
        context as RequestContext,
        after ?? null,
        (event) => !channel || event.order.channel === channel,
      );
      return followDashboard(services.database, events, {
        scope: filter ?? {},
        days,
        tellFirst: typeof after === 'string',
        shown: ({ asOf: _asOf, kpis, revenue, ...counts }: DashboardFigures) =>
          may(viewer, 'statistics.view') ? [counts, kpis, revenue] : counts,
      });
    },
  })
  @Authorized('dashboard.view')
  dashboardChanged(
    @Root() update: DashboardUpdate | undefined,
    @Args(() => DashboardChangedArguments, { validate: false }) _arguments: DashboardChangedArguments,
    @Ctx() context: RequestContext,
  ) {
    if (!update) throw subscribedOverHttp();
    const { event, dashboard } = update;
    return {
      cursor: context.services.eventLog.cursors.encode(event),
      occurredAt: event.createdAt,
      dashboard,
    };
  }
}
