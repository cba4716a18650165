import { getOperationAST, getVariableValues, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context.ts';
import { buildResults } from './build-result.ts';
import { decidingVariables } from './collect-fields.ts';
import { compilePlan, type Plan } from './compile-plan.ts';
import { FieldAccesses } from './field-access.ts';
import { runPlan } from './run-plan.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The plans of a document. Apollo keeps one for each text that it has lately read. */
interface KnownDocument {
  readonly decidingVariables: readonly string[];
  readonly plans: Map<string, Plan | undefined>;
}

/** A screen has a few; somebody who sends every combination has them compiled each time. */
const plansPerDocument = 16;

/**
 * Answers queries by plans. Mutations, what is not known to plans, and whatever goes wrong are left to the plain
 * executor: it runs the query again, from the loaders' rows where there are any, so every error is the one that it
 * gives.
 */
export class PlanExecutor {
  private readonly accesses = new FieldAccesses();
  private readonly documents = new WeakMap<DocumentNode, KnownDocument>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** The data of the answer; undefined where the plain executor has to give it. */
  async answer(
    document: DocumentNode,
    operationName: string | null | undefined,
    given: Variables,
    context: RequestContext,
  ): Promise<Record<string, unknown> | undefined> {
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    const { coerced } = getVariableValues(this.schema, definitions, given);
    const plan = coerced && this.planOf(document, operationName, coerced);
    if (!plan) return undefined;
    try {
      const [data] = buildResults(await runPlan(plan, coerced, context));
      return data as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }

  private planOf(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Variables,
  ): Plan | undefined {
    let known = this.documents.get(document);
    if (!known) {
      known = { decidingVariables: decidingVariables(document), plans: new Map() };
      this.documents.set(document, known);
    }
    const { plans } = known;
    const key = JSON.stringify([operationName, known.decidingVariables.map((name) => variables[name])]);
    if (plans.has(key)) return plans.get(key);
    const plan = compilePlan(this.schema, this.accesses, document, operationName, variables);
    if (plans.size < plansPerDocument) plans.set(key, plan);
    return plan;
  }
}
