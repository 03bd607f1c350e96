import type { QueryCost } from '../../context/query-cost.ts';
import { refusalOfRequest, type GatewayError } from '../../errors.ts';
import { maxValues } from '../../limits.ts';

/** Why an operation is larger than one request may be; undefined where it is not. Nothing has been called by then. */
export function refusalOfCost(cost: QueryCost, maxCalls: number): GatewayError | undefined {
  if (cost.calls > maxCalls) return tooManyCalls(cost, maxCalls);
  return cost.values > maxValues ? tooManyValues(cost) : undefined;
}

function tooManyCalls({ calls, heaviest }: QueryCost, limit: number): GatewayError {
  const error = refusalOfRequest(
    'QUERY_TOO_COMPLEX',
    `This query can cost ${calls} upstream calls; the limit is ${limit}. Ask for smaller pages, or for less in each row.`,
  );
  error.extensions['cost'] = { estimated: calls, limit, heaviest };
  return error;
}

const tooManyValues = ({ values }: QueryCost): GatewayError =>
  refusalOfRequest(
    'QUERY_TOO_COMPLEX',
    `The response to this query can hold ${values} values; the limit is ${maxValues}. Ask for smaller pages or fewer references, or for less in each.`,
  );
