import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestContext } from '../context/request-context.ts';
import type { DocumentStore } from './document-store.ts';
import type { PersistedQueries } from './persisted-queries.ts';

type Listener = NonNullable<Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>>>;

/**
 * Keeps the parsed documents and persisted queries of callers whom the workspace has accepted: known from an earlier
 * request, or by the end of this one. Requests of other callers leave nothing behind.
 */
export const keepDocuments = (documents: DocumentStore, persisted: PersistedQueries): Listener => ({
  async didResolveOperation({ document, contextValue, metrics, queryHash, source }) {
    const { outcome, isAccepted } = contextValue;
    if (metrics.persistedQueryRegister === true) {
      metrics.persistedQueryRegister = false; // Apollo Server would register it for anybody
      outcome.offered = { hash: queryHash, query: source };
    }
    if (isAccepted) documents.use(document);
    outcome.wasAccepted = isAccepted;
  },

  async willSendResponse({ document, contextValue, metrics, queryHash, source }) {
    const { outcome, isAccepted } = contextValue;
    if (document === undefined || !isAccepted) return;
    if (outcome.wasAccepted === false) documents.use(document);
    if (metrics.persistedQueryHit === true && source !== undefined) persisted.keepFound(queryHash ?? '', source);
    if (outcome.offered !== undefined) persisted.register(outcome.offered.hash, outcome.offered.query);
  },
});
