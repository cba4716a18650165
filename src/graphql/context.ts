import type DataLoader from 'dataloader';
import { requireActor, type Viewer } from '../auth/actor.ts';
import type { DocumentLinks } from '../auth/document-links.ts';
import type { Database, Executor } from '../db/driver/database.ts';
import type { ReadSource, Replicas } from '../db/replicas/replicas.ts';
import type { EventLog } from '../history/event-log.ts';
import type { LogMark } from '../history/log-place.ts';
import type { UserError } from '../shared/errors.ts';
import type { BulkAnswer, BulkCommand, BulkInput } from '../write/bulk-command.ts';
import type { PaymentProviders } from '../shared/payment-provider.ts';
import type { WebhookPolicy } from '../shared/webhook-policy.ts';
import type { Command, CommandInput, CommandResult, Target } from '../write/command.ts';
import { runBulk } from '../write/run-bulk.ts';
import {
  runCommand,
  type CommandAnswer,
  type CommandRequest,
  type WriteServices,
} from '../write/run-command.ts';
import type { LoaderDefinition, LoaderSource } from './loading.ts';
import { invalidIds, validateInput } from './validation.ts';
import type { SessionService } from '../auth/session-service.ts';
import type { Standings } from '../auth/standings.ts';

/** What lives as long as the server. */
export interface Services extends WriteServices {
  readonly database: Database;
  readonly eventLog: EventLog;
  /** What queries may be answered from beside the database itself, where there are any. */
  readonly replicas?: Replicas<LogMark> | undefined;
  readonly sessions: SessionService;
  /** Who is no longer who their token says. */
  readonly standings: Standings;
  /** Addresses of papers, which need no token. */
  readonly documentLinks: DocumentLinks;
  readonly paymentProviders: PaymentProviders;
  /** Which addresses may be named as webhook endpoints. */
  readonly webhookPolicy: WebhookPolicy;
}

/** What a payload's root carries: the command's identifiers, and why it was refused. */
export type Payload<Result> = Partial<Result> & { readonly userErrors: readonly UserError[] };

/** A subscriber that does not keep up, or whose events cannot be told while the database is away. */
export type CutOffReason = 'tooSlow' | 'unavailable';

/** Where a request comes from. */
export interface RequestOrigin {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** One request, or one subscription: who asks, and the rows loaded for them so far. */
export class RequestContext implements CommandRequest {
  private readonly loaders = new Map<LoaderDefinition<never, unknown>, DataLoader<never, unknown, unknown>>();

  private readonly primed = new Map<object, Map<string, unknown>>();

  private source: ReadSource<LogMark>;
  private readonly logEndBefore: LogMark;

  constructor(
    readonly services: Services,
    readonly actor: Viewer | null,
    private readonly origin: RequestOrigin,
    /** Cuts off a subscriber so that it resumes; there is none on a plain request. */
    readonly cutOff: (why: CutOffReason) => void = () => {},
  ) {
    this.logEndBefore = services.eventLog.end;
    this.source = { read: services.database.read, mark: undefined };
  }

  /** This is a query: all of its reads may go to one replica. Whatever else there is reads from the database itself. */
  mayReadReplica(): void {
    if (this.services.replicas) this.source = this.services.replicas.choose();
  }

  /** What all rows of this request are read from, so that a list and what is nested in it are of one age. */
  get read(): Executor {
    return this.source.read;
  }

  /**
   * The end of the event log before anything was loaded: whoever resumes from it misses nothing that the loaded
   * rows do not show. Where a replica is read, it is an end that the replica has surely reached.
   */
  get logEnd(): LogMark {
    return this.source.mark ?? this.logEndBefore;
  }

  get ipAddress(): string | null {
    return this.origin.ipAddress;
  }

  get userAgent(): string | null {
    return this.origin.userAgent;
  }

  /** The signed-in viewer; operations that reach this have been authorized already. */
  get viewer(): Viewer {
    return requireActor(this.actor);
  }

  /** The same request, by somebody who has only now signed in. */
  as(actor: Viewer): RequestContext {
    return new RequestContext(this.services, actor, this.origin, this.cutOff);
  }

  /** The request's own DataLoader of this definition. */
  loader<Key, Value>(definition: LoaderDefinition<Key, Value>): DataLoader<Key, Value, unknown> {
    const key = definition as unknown as LoaderDefinition<never, unknown>;
    let loader = this.loaders.get(key);
    if (!loader) {
      const source: LoaderSource = {
        read: this.read,
        actor: this.viewer,
        loader: (another) => this.loader(another),
      };
      loader = definition.create(source) as unknown as DataLoader<never, unknown, unknown>;
      this.loaders.set(key, loader);
    }
    return loader as unknown as DataLoader<Key, Value, unknown>;
  }

  /** Puts a row that came by another way in front of its loader. */
  prime<Row>(definition: LoaderDefinition<string, Row>, key: string, row: Row): void {
    this.loader(definition).prime(key, row);
    let rows = this.primed.get(definition as object);
    if (!rows) this.primed.set(definition as object, (rows = new Map()));
    rows.set(key, row);
  }

  /** A row that was primed, without the wait for a loader; undefined where it was not. */
  known<Row>(definition: LoaderDefinition<string, Row>, key: string): Row | undefined {
    return this.primed.get(definition as object)?.get(key) as Row | undefined;
  }

  /** Rows loaded so far may be out of date: after a write, and for each event of a subscription. */
  forgetLoaded(): void {
    this.loaders.clear();
    this.primed.clear();
  }

  /** Runs a command of a mutation, and gives the root of its payload. */
  run<Input extends CommandInput & object, Result extends CommandResult, Locked extends Target>(
    command: Command<Input, Result, Locked>,
    input: Input,
  ): Promise<Payload<Result>> {
    return this.runAll((services, request) => runCommand(services, request, command, input), input, command);
  }

  /** The same for a mutation that runs several commands. */
  async runAll<Input extends CommandInput & object, Result extends CommandResult>(
    work: (services: Services, request: CommandRequest, input: Input) => Promise<CommandAnswer<Result>>,
    input: Input,
    command: { readonly name: string },
  ): Promise<Payload<Result>> {
    const problems = await validateInput(input);
    if (problems.length > 0) {
      this.reportInvalid(command);
      return { userErrors: problems } as unknown as Payload<Result>;
    }
    const { result, userErrors } = await work(this.services, this, input);
    this.forgetLoaded();
    // The viewer's next request must see this, whichever server and replica answers it.
    if (result) await this.services.replicas?.untilShown();
    return { ...result, userErrors } as unknown as Payload<Result>;
  }

  /** Runs a bulk command, and gives the root of its payload. */
  async runBulk<Input extends BulkInput & object, Locked extends Target>(
    command: BulkCommand<Input, Locked>,
    input: Input,
  ): Promise<BulkAnswer> {
    const problems = await validateInput(input);
    // Not after a list that is too long: each of its ids would be a problem of its own.
    if (problems.length === 0) problems.push(...invalidIds(input.orderIds, 'orderIds'));
    if (problems.length > 0) {
      this.reportInvalid(command);
      return { rows: null, applied: false, userErrors: problems };
    }
    const answer = await runBulk(this.services, this, command, input);
    this.forgetLoaded();
    if (answer.applied) await this.services.replicas?.untilShown();
    return answer;
  }

  private reportInvalid({ name }: { readonly name: string }): void {
    this.services.commandEnded?.({ command: name, outcome: 'refused', codes: ['VALIDATION'] });
  }
}
