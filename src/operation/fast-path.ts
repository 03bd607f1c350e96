import { getOperationAST, GraphQLError, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { bodyLength, type ByteString } from '../byte-string.ts';
import type { RequestContext } from '../context/request-context.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import { chargeAllowance, type CallAllowance } from './allowance.ts';
import type { Executor } from './compiled/executor.ts';
import { write } from './compiled/write.ts';
import type { CompiledOperation, Variables } from './compiled/operation.ts';
import type { CostEstimator } from './cost/estimator.ts';
import { refusalOfCost } from './cost/limits.ts';
import { reportOf } from './cost/report.ts';
import { atMost } from './cost/tally.ts';
import type { DocumentStore } from './document-store.ts';
import { recheck, type CheckedField, type InputCheck } from './input-check.ts';
import type { PersistedQueries } from './persisted-queries.ts';
import { isWithinLimits, letOthersRun } from './response-limits.ts';
import { loggedName } from './steps.ts';

export interface FastPathParts {
  readonly documents: DocumentStore;
  readonly persisted: PersistedQueries;
  readonly inputCheck: InputCheck;
  readonly estimator: CostEstimator;
  readonly executor: Executor;
  readonly maxUpstreamCalls: number;
  readonly allowance: CallAllowance | undefined;
  /** Receives errors that only a bug explains; Apollo Server then answers. */
  readonly onBug: (error: unknown) => void;
}

/** A request that the endpoint has checked. */
export interface FastRequest {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: JsonObject;
  readonly extensions?: JsonObject;
  /** `X-Upstream-Report: 1`. */
  readonly wantsReport: boolean;
}

/** An operation that can run, with its coerced variables. */
interface Prepared {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly compiled: CompiledOperation;
  readonly variables: Variables;
}

/** Bytes of a field with arguments in the list of those to check. */
const bytesPerChecked = 120;

/**
 * Answers an operation that has run before, from its compiled form and without Apollo Server's pipeline: the same steps
 * in the same order as `steps.ts`, and the same bytes. It answers only what goes well. Whatever does not (unknown documents,
 * mistakes in the input, refusals, failing fields, large responses), Apollo Server answers, which finds the call allowance
 * charged and the loaders filled.
 *
 * Why: the pipeline parses headers, hashes the query, copies contexts and awaits each hook of each plugin, for every request.
 * What it hides from plugins: everything. So with a usage reporter there is no fast path.
 */
export class FastPath {
  readonly #parts: FastPathParts;
  /** Fields with arguments, by the form that selects them. */
  readonly #checked = new WeakMap<CompiledOperation, readonly CheckedField[]>();

  constructor(parts: FastPathParts) {
    this.#parts = parts;
  }

  /** The body of the response. Undefined: Apollo Server has to make it. Never rejects. */
  async respond(request: FastRequest, context: RequestContext): Promise<string | ByteString | undefined> {
    let body: string | ByteString | undefined;
    try {
      body = await this.#respond(request, context);
    } catch (error) {
      if (!(error instanceof GraphQLError)) this.#parts.onBug(error);
    }
    if (body === undefined && context.isAdmitted) context.outcome.savedCalls = context.savedCalls;
    return body;
  }

  async #respond(request: FastRequest, context: RequestContext): Promise<string | ByteString | undefined> {
    const prepared = this.#prepare(request, context);
    if (prepared === undefined || !this.#admit(prepared, request, context)) return undefined;
    const { outcome } = context;
    const data = await this.#parts.executor.run(prepared.compiled, prepared.variables, context, true);
    outcome.runBy = 'graphql-js';
    if (data === undefined) return undefined;
    const extensions = request.wantsReport ? `,"extensions":${JSON.stringify({ upstream: reportOf(context) })}` : '';
    await letOthersRun(context);
    const body = write(prepared.compiled.selection, data, '{"data":', `${extensions}}\n`);
    if (!isWithinLimits(context, () => bodyLength(body) - 1)) return undefined;
    await letOthersRun(context);
    outcome.runBy = 'fast-path';
    return body;
  }

  #prepare({ query, operationName, variables: given = {}, extensions }: FastRequest, context: RequestContext) {
    const { documents, persisted, executor } = this.#parts;
    if (!context.isAccepted) return undefined;
    const hash = asText(asObject(extensions?.['persistedQuery'])?.['sha256Hash']);
    const text = hash === undefined ? query : persisted.find(hash);
    const document = text === undefined ? undefined : documents.find(text);
    const operation = document && getOperationAST(document, operationName);
    if (document === undefined || operation == null) return undefined;
    const variables = executor.coerce(operation, given);
    const compiled = variables && executor.find(operation, variables);
    return compiled && { document, operation, compiled, variables };
  }

  /** Whether the operation may run: then its calls are charged. Throws why it may not. */
  #admit(
    { document, operation, compiled, variables }: Prepared,
    { variables: given = {} }: FastRequest,
    context: RequestContext,
  ): boolean {
    const { documents, estimator, maxUpstreamCalls, allowance } = this.#parts;
    const { outcome, viewerId } = context;
    const began = context.trace && performance.now();
    const checked = this.#checked.get(compiled);
    if (checked === undefined) this.#check(document, operation, given, compiled, viewerId);
    else recheck(checked, variables, viewerId);
    const cost = estimator.estimate(document, operation, given, context.knowledge);
    if (cost === undefined || refusalOfCost(cost, maxUpstreamCalls) !== undefined) return false;
    if (began !== undefined) context.trace?.planned(performance.now() - began, cost.calls);
    const charge = chargeAllowance(allowance, context, cost.calls);
    if (operation.name !== undefined) outcome.operationName = loggedName(operation.name.value);
    outcome.cost = cost;
    outcome.limit = maxUpstreamCalls;
    context.admit(cost, atMost(cost, maxUpstreamCalls), charge);
    documents.use(document);
    return true;
  }

  #check(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
    compiled: CompiledOperation,
    callerId: string,
  ): void {
    const { documents, inputCheck } = this.#parts;
    const checked = inputCheck.check({ document, operation, variables, callerId }) ?? [];
    if (documents.keep(document, bytesPerChecked * checked.length)) this.#checked.set(compiled, checked);
  }
}
