import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context/request-context.ts';
import type { DocumentStore } from './document-store.ts';
import type { GatewayError } from '../errors.ts';
import { measureIntrospection } from './introspection.ts';
import { asksForSchema } from '../limits.ts';
import { summariseErrors } from '../observability/error-summary.ts';
import type { PersistedQueries } from './persisted-queries.ts';

export interface Bounded {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentStore;
  readonly persisted: PersistedQueries;
}

type Listener = NonNullable<Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>>>;
type Response = GraphQLRequestContext<RequestContext>['response'];

/** Answers beyond this are written out in a turn of the event loop of their own. Bytes. */
const largeAnswer = 256 * 1024;

/**
 * What a request leaves behind in memory, and how large its answer may be. Only callers whom the workspace has accepted
 * leave anything: that is known from an earlier request, or by the end of this one. It must be the last plugin, as it
 * judges the answer that the others made.
 */
export const createBounds = ({ schema, documents, persisted }: Bounded): Listener => ({
  async didResolveOperation({ operation, document, contextValue, request, metrics, queryHash, source }) {
    const { outcome, isAccepted } = contextValue;
    if (metrics.persistedQueryRegister === true) {
      metrics.persistedQueryRegister = false;
      outcome.offered = { hash: queryHash, query: source };
    }
    if (isAccepted) documents.use(document);
    outcome.wasAccepted = isAccepted;
    if (operation === undefined || !asksForSchema(operation, document)) return;
    await measureIntrospection(schema, document, operation, request.variables ?? {}, contextValue);
  },

  async willSendResponse({ document, contextValue, response }) {
    const { outcome, answerSize } = contextValue;
    if (document !== undefined && contextValue.isAccepted) {
      if (outcome.wasAccepted === false) documents.use(document);
      if (outcome.offered !== undefined) persisted.register(outcome.offered.hash, outcome.offered.query);
    }
    if (response.body.kind !== 'single') return;
    if (answerSize.bytes > largeAnswer) await nextTurn();
    try {
      answerSize.measure(response.body.singleResult);
    } catch {
      // refused below
    }
    if (answerSize.refusal !== undefined) refuse(response, contextValue, answerSize.refusal);
    else if (answerSize.bytes > largeAnswer) await nextTurn();
  },
});

/** A query that is too large is told so as it would be before it ran; fields that failed, by thousands, are told of as one. */
function refuse(response: Response, { outcome }: RequestContext, refusal: GatewayError): void {
  const extensions = response.body?.kind === 'single' ? response.body.singleResult.extensions : undefined;
  const { http: _, ...told } = refusal.extensions;
  const errors = [{ message: refusal.message, extensions: told }];
  const isTooComplex = refusal.code === 'QUERY_TOO_COMPLEX';
  response.body = {
    kind: 'single',
    singleResult: { errors, ...(!isTooComplex && { data: null }), ...(extensions !== undefined && { extensions }) },
  };
  response.http.status = isTooComplex ? 400 : 200;
  outcome.errors = summariseErrors([refusal]);
}
