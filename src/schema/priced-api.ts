import {
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type ObjectTypeDefinitionNode,
  type StringValueNode,
} from 'graphql';
import { pagePrices } from '../pagination/page-prices.ts';
import { roomEndpointsOf, type CallPrice, type FieldPrice, type Prices, type RecordPrice } from './prices.ts';

/**
 * The published API for readers: the description of each field and argument also says what it costs, if anything, in upstream
 * calls, and when a field is null only with an error.
 */
export const describePrices = (api: DocumentNode, prices: Prices): DocumentNode =>
  visit(api, {
    ObjectTypeDefinition: {
      leave: (type): ObjectTypeDefinitionNode => ({
        ...type,
        fields: type.fields?.map((field) => describedField(type.name.value, field, prices)) ?? [],
      }),
    },
  });

function describedField(typeName: string, field: FieldDefinitionNode, prices: Prices): FieldDefinitionNode {
  const price = prices.get(`${typeName}.${field.name.value}`);
  const cost = price === undefined ? undefined : priceOf(typeName, price, prices);
  const added = [
    ...(cost === undefined ? [] : [`**Upstream calls:** ${cost}.`]),
    ...(field.directives?.some(isSemanticNonNull) === true ? ['Null only with an error.'] : []),
  ];
  return {
    ...field,
    ...withSentences(field, added),
    arguments: field.arguments?.map((argument) => describedArgument(typeName, argument, price)) ?? [],
  };
}

function describedArgument(
  typeName: string,
  argument: InputValueDefinitionNode,
  price: FieldPrice | undefined,
): InputValueDefinitionNode {
  const calls = price?.argumentCalls.get(argument.name.value);
  if (calls === undefined) return argument;
  const cost = callsOf(typeName, calls);
  return { ...argument, ...withSentences(argument, [`**Upstream calls:** ${cost}, in place of the field's own.`]) };
}

const isSemanticNonNull = ({ name }: ConstDirectiveNode): boolean => name.value === 'semanticNonNull';

/** Sentences go below the description, in Markdown. */
function withSentences(
  { description }: { readonly description?: StringValueNode | undefined },
  added: readonly string[],
): { readonly description?: StringValueNode } {
  if (description === undefined || added.length === 0) return {};
  return { description: { ...description, value: [description.value, ...added].join('\n\n'), block: true } };
}

/** What a field costs, in words; undefined for a field that costs nothing whatever is selected. */
function priceOf(typeName: string, price: FieldPrice, prices: Prices): string | undefined {
  const parts: string[] = [];
  const { calls, isReference, isFreeById, has } = price;
  if (calls.length > 0) {
    const cost = callsOf(typeName, calls, prices);
    parts.push(isFreeById ? `none for its \`id\`, otherwise ${cost}` : cost);
  } else if (isReference) {
    const free = ['id', ...has].map((name) => `\`${name}\``);
    parts.push(`none for its ${free.join(', ')}; other fields cost what they say`);
  }
  const record = prices.get(typeName)?.record;
  if (record !== undefined) parts.push(...recordCalls(record, price));
  if (price.checksRoom) {
    const { single } = roomEndpointsOf(prices).record;
    parts.push(`plus 1 (\`${single}\`) unless the workspace has already shown the room to the caller`);
  }
  if (price.isOfAllPages) parts.push('those of its page, also if the page is empty (`first: 0`)');
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The calls of a field or argument: `1 per page (dm.messages)`. */
function callsOf(typeName: string, calls: readonly CallPrice[], prices?: Prices): string {
  const endpoints = calls.map(({ endpoint }) => `\`${endpoint}\``).join(', ');
  const [call] = calls;
  const sum = calls.reduce((total, { times }) => total + times, 0);
  if (call === undefined || sum > 1) return `up to ${sum} (${endpoints})`;
  const isOfParent =
    call.bulk === undefined && prices !== undefined && call.endpoint === roomEndpointsOf(prices).counters.single;
  if (isOfParent) return `none beyond the 1 per room that reads the other counters too (${endpoints})`;
  const single = `${numberOf(typeName, call)} (${endpoints})`;
  if (call.bulk === undefined || prices === undefined) return single;
  const { bulk } = roomEndpointsOf(prices).record;
  const varied = call.variedBy.map((name) => `\`${name}\``).join(' or ');
  const always = varied === '' ? '' : `; with ${varied} always ${numberOf(typeName, call)}`;
  return `${single}, or for several together 1 (\`${call.bulk}\`) and, unless they came from a list, 1 (\`${bulk}\`)${always}`;
}

function numberOf(typeName: string, { upTo, paging }: CallPrice): string {
  if (upTo !== undefined) return `${upTo} per request`;
  if (paging !== undefined) {
    const { calls } = pagePrices[paging];
    return calls === 1 ? '1 per page' : `up to ${calls} per page`;
  }
  return typeName === 'Query' ? '1' : `1 per \`${typeName}\``;
}

/** What reading a field from the object's record costs. */
function recordCalls({ single, bulk, isPerRoom }: RecordPrice, { fromRecord }: FieldPrice): string[] {
  if (fromRecord === 'no') return [];
  if (fromRecord === 'ifGiven') return [`plus 1 (\`${single}\`) for a room that is new to the gateway`];
  const free = isPerRoom ? 'none where the response has it' : 'none in rows of a list';
  const one = `otherwise 1 for the whole record (\`${single}\`)`;
  const several = isPerRoom ? `1 for all members of a room (\`${bulk}\`)` : `1 for several records (\`${bulk}\`)`;
  return [fromRecord === 'whole' ? `${free}, ${one}` : `${free}, ${one} or ${several}`];
}
