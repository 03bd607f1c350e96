import {
  getNamedType,
  getVariableValues,
  GraphQLError,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { refusalOfRequest } from '../errors.ts';
import { argumentsOf, type ArgumentsFrom } from './argument-values.ts';
import { shouldIncludeNode } from '../collect-fields.ts';

type Check = (args: never, callerId: string) => void;

/** Validators by schema coordinate, such as `Query.message`: each throws what is wrong with a field’s arguments. */
export type ArgumentChecks = ReadonlyMap<string, Check>;

/** A selected field with arguments, and their validator if they have one. */
export interface CheckedField {
  readonly argumentsFrom: ArgumentsFrom;
  readonly check: Check | undefined;
}

export interface Asked {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Raw, before coercion. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The caller's user id; empty without credentials. */
  readonly callerId: string;
}

/**
 * Rejects an operation for mistakes in its input, before anything runs: a value that its argument may not have, or a null
 * that a variable's default hid from validation. It checks every selected field, wherever it stands and whatever becomes of
 * its parent, so the same mistake always gets the same response. Mistakes that show only at run time, such as a cursor of
 * another list, are the resolvers' to reject.
 */
export class InputCheck {
  readonly #schema: GraphQLSchema;
  readonly #checks: ArgumentChecks;

  /** `checks` by coordinate, such as `Query.message`. */
  constructor(schema: GraphQLSchema, checks: ArgumentChecks) {
    this.#schema = schema;
    this.#checks = checks;
  }

  /**
   * Throws the first mistake; otherwise returns the fields that it checked: with other variables that select the same
   * fields, `recheck` does. Undefined if the variables do not fit their types: graphql-js reports those in full.
   */
  check(asked: Asked): CheckedField[] | undefined {
    const { operation, variables } = asked;
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 1,
    });
    if (coerced === undefined) return undefined;
    const root = this.#schema.getRootType(operation.operation);
    const walk = new Walk(this.#schema, this.#checks, { ...asked, variables: coerced });
    if (root) walk.visit(root, operation.selectionSet, undefined);
    return walk.checked;
  }
}

/** Throws the first mistake in the arguments of these fields. `variables` are coerced. */
export function recheck(
  fields: readonly CheckedField[],
  variables: Readonly<Record<string, unknown>>,
  callerId: string,
): void {
  for (const { argumentsFrom, check } of fields) {
    const args = argumentsFrom(variables);
    check?.(args as never, callerId);
  }
}

/** A field’s path of response names, last one first. */
interface Path {
  readonly parent: Path | undefined;
  readonly name: string;
}

/** Visits an operation, each fragment once: its input depends on the variables, not on where it is spread. */
class Walk {
  readonly checked: CheckedField[] = [];
  readonly #schema: GraphQLSchema;
  readonly #checks: ArgumentChecks;
  readonly #asked: Asked;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, checks: ArgumentChecks, asked: Asked) {
    this.#schema = schema;
    this.#checks = checks;
    this.#asked = asked;
    for (const definition of asked.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  visit(type: GraphQLNamedType | undefined, { selections }: SelectionSetNode, path: Path | undefined): void {
    for (const node of selections) {
      const at = node.kind === Kind.FIELD ? { parent: path, name: node.alias?.value ?? node.name.value } : path;
      if (!refused(() => shouldIncludeNode(node, this.#asked.variables), node, at)) continue;
      if (node.kind === Kind.FIELD) this.#visitField(type, node, at);
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        this.visit(
          node.typeCondition === undefined ? type : this.#schema.getType(node.typeCondition.name.value),
          node.selectionSet,
          path,
        );
      } else {
        const fragment = this.#fragments.get(node.name.value);
        this.#fragments.delete(node.name.value);
        if (fragment !== undefined)
          this.visit(this.#schema.getType(fragment.typeCondition.name.value), fragment.selectionSet, path);
      }
    }
  }

  #visitField(type: GraphQLNamedType | undefined, node: FieldNode, path: Path | undefined): void {
    const field = this.#fieldOf(type, node.name.value);
    if (type === undefined || field === undefined) return; // `__typename`
    if (field.args.length > 0) {
      const { variables, callerId } = this.#asked;
      const checked = {
        argumentsFrom: argumentsOf(field, node),
        check: this.#checks.get(`${type.name}.${field.name}`),
      };
      refused(() => recheck([checked], variables, callerId), node, path);
      this.checked.push(checked);
    }
    if (node.selectionSet !== undefined) this.visit(getNamedType(field.type), node.selectionSet, path);
  }

  #fieldOf(type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return isObjectType(type) ? type.getFields()[name] : undefined;
  }
}

/** Rejects the request with the location of the mistake. */
function refused<Value>(work: () => Value, node: SelectionNode, path: Path | undefined): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw refusalOfRequest('BAD_USER_INPUT', error.message, { node, path: namesOf(path) });
  }
}

function namesOf(path: Path | undefined): string[] {
  const names: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) names.unshift(at.name);
  return names;
}
