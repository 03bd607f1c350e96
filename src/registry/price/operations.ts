import {
  Kind,
  LoneAnonymousOperationRule,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  print,
  separateOperations,
  specifiedRules,
  UniqueOperationNamesRule,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { QueriesOnly } from '../../operation/queries-only.ts';
import { OperationGuard } from '../../operation/size-guard.ts';
import { asSent } from './client-directives.ts';
import type { Definitions, Documents } from './documents.ts';
import { placeOf, type Mistakes } from './mistakes.ts';

/** An operation as the gateway gets it: with the fragments that it needs, and no others. */
export interface FoundOperation {
  readonly name: string;
  readonly place: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** What the files have not done wrong, only the documents made of them, or what is reported here with its places. */
const notOfSources: ReadonlySet<unknown> = new Set([
  LoneAnonymousOperationRule,
  NoUnusedFragmentsRule,
  UniqueOperationNamesRule,
]);

/** The operations of all files, by name. With mistakes among them, what is returned is not all. */
export function findOperations(
  { shared, single }: Documents,
  schema: GraphQLSchema,
  mistakes: Mistakes,
): FoundOperation[] {
  const operations = [shared, ...single].flatMap((definitions) => operationsOf(definitions, schema, mistakes));
  for (const [name, all] of Map.groupBy(operations, (operation) => operation.name)) {
    if (all.length > 1)
      mistakes.add(
        all.map(({ place }) => place),
        `${all.length} operations are named ${name}: rename all but one, or leave out a file by '!…'`,
      );
  }
  return operations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function operationsOf(definitions: Definitions, schema: GraphQLSchema, mistakes: Mistakes): FoundOperation[] {
  const sent = definitions.map((definition) => asSent(definition, mistakes));
  // What is left out may have used the variables: the client leaves those out too.
  const isChanged = sent.some((definition, index) => definition !== definitions[index]);
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: sent };
  const rules = specifiedRules.filter(
    (rule) => !notOfSources.has(rule) && !(isChanged && rule === NoUnusedVariablesRule),
  );
  const errors = validate(schema, document, [...rules, QueriesOnly], { maxErrors: Number.POSITIVE_INFINITY });
  for (const error of errors) mistakes.addError(error, 'unknown place');
  const guard = new OperationGuard();
  return sent.flatMap((operation) => {
    if (operation.kind !== Kind.OPERATION_DEFINITION) return [];
    const place = placeOf(operation);
    if (operation.name === undefined) {
      mistakes.add(place, 'the operation has no name: prices are kept by name');
      return [];
    }
    const name = operation.name.value;
    const own = separateOperations({ ...document, definitions: [operation, ...sent.filter(isFragment)] })[name];
    if (own === undefined) return [];
    const tooLarge = guard.refusalOf(print(own), false);
    if (tooLarge !== undefined) mistakes.add(place, `the gateway rejects ${name}: ${tooLarge}`);
    return [{ name, place, document: own, operation }];
  });
}

const isFragment = ({ kind }: Definitions[number]): boolean => kind === Kind.FRAGMENT_DEFINITION;
