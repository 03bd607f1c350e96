import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context/request-context.ts';
import type { GatewayError } from '../errors.ts';
import { jsonBytes } from '../json.ts';
import { summariseErrors } from '../observability/error-summary.ts';
import { asksForSchema } from './credentials.ts';
import { measureIntrospection } from './introspection.ts';

type Listener = NonNullable<Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>>>;
type Response = GraphQLRequestContext<RequestContext>['response'];

/** Responses beyond this are serialized in a turn of the event loop of their own. Bytes. */
const largeResponse = 256 * 1024;

/** Limits how large a response may be: counted before introspection runs, and measured before a response is sent. */
export const limitResponses = (schema: GraphQLSchema): Listener => ({
  async didResolveOperation({ operation, document, contextValue, request }) {
    if (operation === undefined || !asksForSchema(operation, document)) return;
    await measureIntrospection(schema, document, operation, request.variables ?? {}, contextValue);
  },

  async willSendResponse({ contextValue, response }) {
    if (response.body.kind !== 'single') return;
    const { singleResult } = response.body;
    await letOthersRun(contextValue);
    if (isWithinLimits(contextValue, (most) => jsonBytes(singleResult, most))) return letOthersRun(contextValue);
    const { refusal } = contextValue.answerSize;
    if (refusal !== undefined) refuse(response, contextValue, refusal);
  },
});

/** A large response is measured, and written, in turns of the event loop of its own. */
export async function letOthersRun({ answerSize }: RequestContext): Promise<void> {
  if (answerSize.bytes > largeResponse) await nextTurn();
}

/** Measures a response. False: it is too large, and `answerSize.refusal` says so. */
export function isWithinLimits({ answerSize }: RequestContext, bytesOf: (most: number) => number): boolean {
  try {
    answerSize.measure(bytesOf);
  } catch {
    // Too large: `refusal` says so.
  }
  return answerSize.refusal === undefined;
}

/** Replaces a response that is too large by the error that rejects such a query before it runs. */
function refuse(response: Response, { outcome }: RequestContext, refusal: GatewayError): void {
  const extensions = response.body?.kind === 'single' ? response.body.singleResult.extensions : undefined;
  const { http: _, ...rest } = refusal.extensions;
  const errors = [{ message: refusal.message, extensions: rest }];
  const isTooComplex = refusal.code === 'QUERY_TOO_COMPLEX';
  response.body = {
    kind: 'single',
    singleResult: { errors, ...(!isTooComplex && { data: null }), ...(extensions !== undefined && { extensions }) },
  };
  response.http.status = isTooComplex ? 400 : 200;
  outcome.errors = summariseErrors([refusal]);
}
