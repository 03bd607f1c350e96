import {
  buildSchema,
  getDirectiveValues,
  getNamedType,
  isListType,
  isObjectType,
  Kind,
  getNullableType,
  parse,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, fragmentsOf, type SelectionContext } from '../../src/collect-fields.ts';
import { createPublishedApi } from '../../src/schema/executable.ts';
import type { GraphqlResult } from './gateway.ts';

type Answer = Pick<GraphqlResult, 'data' | 'errors'>;
type Path = readonly (string | number)[];

const publishedApi = buildSchema(createPublishedApi());

const directive = publishedApi.getDirective('semanticNonNull') as GraphQLDirective;

/** Positions of a field that are null only with an error: 0 is the field itself, 1 the items of its list. */
function levelsOf({ astNode }: GraphQLField<unknown, unknown>): readonly unknown[] {
  const values = astNode == null ? undefined : getDirectiveValues(directive, astNode);
  return Array.isArray(values?.['levels']) ? (values['levels'] as readonly unknown[]) : [];
}

/** Schema coordinates of all marked fields. */
export const markedFields: readonly string[] = Object.values(publishedApi.getTypeMap())
  .flatMap((type) =>
    (isObjectType(type) ? Object.values(type.getFields()) : [])
      .filter((field) => levelsOf(field).length > 0)
      .map((field) => `${type.name}.${field.name}`),
  )
  .toSorted();

/** What an answer has at the marked fields that it was asked for. */
export interface MarkedValues {
  /** Coordinates of those with a value, and of those that are null with an error. */
  readonly values: Set<string>;
  readonly failed: Set<string>;
  /** Coordinate and path of each null that no error explains, at its path or below it. There must be none. */
  readonly unexplained: string[];
}

export const noMarkedValues = (): MarkedValues => ({ values: new Set(), failed: new Set(), unexplained: [] });

/** Adds what the answer to a query without variables has at its marked fields. */
export function noteMarkedValues(query: string, { data, errors = [] }: Answer, found: MarkedValues): MarkedValues {
  const document = parse(query);
  const context: SelectionContext = { schema: publishedApi, fragments: fragmentsOf(document), variables: {} };
  const isExplained = (path: Path) =>
    errors.some((error) => path.every((step, index) => error.path?.[index] === step) && error.path !== undefined);

  const visitObject = (value: object, type: GraphQLObjectType, sets: readonly SelectionSetNode[], path: Path): void => {
    for (const [responseName, nodes] of collectFields(type, sets, context)) {
      const field = type.getFields()[nodes[0].name.value];
      if (field === undefined) continue; // `__typename`, and federation's own
      const coordinate = `${type.name}.${field.name}`;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const levels = levelsOf(field);
      const visit = (part: unknown, partType: GraphQLOutputType, level: number, at: Path): void => {
        if (levels.includes(level)) {
          if (part !== null) found.values.add(coordinate);
          else if (isExplained(at)) found.failed.add(coordinate);
          else found.unexplained.push(`${coordinate} at ${at.join('.')}`);
        }
        if (typeof part !== 'object' || part === null) return;
        const itemType = getNullableType(partType);
        if (Array.isArray(part) && isListType(itemType)) {
          for (const [index, item] of part.entries()) visit(item, itemType.ofType, level + 1, [...at, index]);
          return;
        }
        // An object behind an interface says its type, if the query asks for it.
        const name = '__typename' in part ? String(part.__typename) : getNamedType(partType).name;
        const partObject = publishedApi.getType(name);
        if (isObjectType(partObject)) visitObject(part, partObject, below, at);
      };
      visit((value as Record<string, unknown>)[responseName], field.type, 0, [...path, responseName]);
    }
  };

  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const root = publishedApi.getQueryType();
  if (operation?.kind === Kind.OPERATION_DEFINITION && root != null && data != null)
    visitObject(data, root, [operation.selectionSet], []);
  return found;
}
