import {
  asBoolean,
  asId,
  asInstant,
  asInt,
  asList,
  asObject,
  asObjects,
  asText,
  asTexts,
  type JsonObject,
} from '../../src/json.ts';
import type { CutField, Program, Required } from '../../src/projection/program.ts';
import { DateTime, Json } from '../../src/resolvers/scalars.ts';

/** What a row comes to by JSON.parse, the readers of `json.ts`, the scalars and JSON.stringify. */
export interface ReferenceRow {
  readonly keys: readonly (string | undefined)[];
  readonly isHidden: boolean;
  /** Undefined where a null is refused or a scalar throws. */
  readonly text: string | undefined;
  readonly values: number;
  readonly leafless: number;
  readonly json: JsonObject | undefined;
}

export interface ReferenceBody {
  readonly rest: JsonObject;
  readonly rows: readonly ReferenceRow[];
}

/** Undefined for a body that is no JSON, no object, or without the list. */
export function referenceOf(body: Uint8Array, program: Program): ReferenceBody | undefined {
  let parsed: JsonObject | undefined;
  try {
    parsed = asObject(JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)));
  } catch {
    return undefined;
  }
  const list = parsed?.[program.list];
  if (parsed === undefined || !Array.isArray(list)) return undefined;
  return { rest: { ...parsed, [program.list]: [] }, rows: list.map((item) => rowOf(item, program)) };
}

function rowOf(item: unknown, { keys, fields }: Program): ReferenceRow {
  const json = asObject(item);
  const count = { values: 0, leafless: 0 };
  const none = { json, keys: keys.map((path) => asText(at(json, path))), isHidden: json?.['_hidden'] === true };
  if (json === undefined) return { ...none, text: undefined, ...count };
  try {
    const text = JSON.stringify(objectOf(json, fields, count));
    return { ...none, text, ...count };
  } catch {
    return { ...none, text: undefined, values: 0, leafless: 0 };
  }
}

interface Count {
  values: number;
  leafless: number;
}

const at = (source: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => asObject(value)?.[name], source);

const has = (source: JsonObject, requires: Required | undefined): boolean => {
  if (requires === undefined) return true;
  return 'id' in requires ? asId(source[requires.id]) !== undefined : asText(source[requires.text]) !== undefined;
};

function objectOf(source: JsonObject, fields: readonly CutField[], count: Count): JsonObject {
  const leaves = fields.filter(({ kind }) => !['object', 'objects', 'within'].includes(kind)).length;
  count.values += leaves;
  count.leafless += leaves === 0 ? 1 : 0;
  const entries = fields.map((field) => {
    const value = valueOf(field, source, count);
    if (value === null && field.isNonNull === true) throw new Error('A null is refused.');
    return [field.name, value];
  });
  return Object.fromEntries(entries) as JsonObject;
}

const orElse = (json: string | undefined): unknown => JSON.parse(json ?? 'null');

const instead = (field: Extract<CutField, { kind: 'text' | 'choice' }>, source: JsonObject, count: Count): unknown =>
  field.otherwise === undefined
    ? orElse(field.orElse)
    : valueOf({ name: '', isNonNull: field.isNonNull === true, ...field.otherwise }, source, count);

function valueOf(field: CutField, source: JsonObject, count: Count): unknown {
  switch (field.kind) {
    case 'constant':
      return JSON.parse(field.json);
    case 'text':
      return field.unless !== undefined && source[field.unless.property] === field.unless.value
        ? JSON.parse(field.unless.json)
        : (asText(at(source, field.path)) ?? instead(field, source, count));
    case 'id':
      return asId(at(source, field.path)) ?? orElse(field.orElse);
    case 'instant': {
      const instant = asInstant(at(source, field.path));
      return instant === undefined ? orElse(field.orElse) : DateTime.serialize(instant);
    }
    case 'int':
      return asInt(at(source, field.path)) ?? orElse(field.orElse);
    case 'boolean':
      return asBoolean(at(source, field.path)) ?? orElse(field.orElse);
    case 'json':
      return Json.serialize(at(source, field.path)) ?? orElse(field.orElse);
    case 'equals':
      return source[field.property] === field.value;
    case 'choice': {
      const found = field.cases.find(([text]) => text === source[field.property]);
      return found === undefined ? instead(field, source, count) : JSON.parse(found[1]);
    }
    case 'texts': {
      const list = source[field.property];
      if (!Array.isArray(list)) return orElse(field.orElse ?? '[]');
      const texts = asTexts(list);
      count.values += Math.max(0, texts.length - 1);
      return texts;
    }
    case 'object': {
      const object = asObject(at(source, field.path));
      if (object !== undefined && has(object, field.requires)) return objectOf(object, field.of, count);
      count.values += 1;
      return null;
    }
    case 'objects': {
      const objects = asObjects(asList(source[field.property])).filter((object) => has(object, field.requires));
      if (objects.length === 0) count.values += 1;
      return objects.map((object) => objectOf(object, field.of, count));
    }
    default: {
      const isThere = field.unlessNotList === undefined || Array.isArray(source[field.unlessNotList]);
      if (isThere) return objectOf(source, field.of, count);
      count.values += 1;
      return null;
    }
  }
}
