import type { ReactNode } from 'react';
import { emojiOf } from './emoji.ts';
import type { MessageRowFragment } from './operations.generated.ts';

type Node = NonNullable<MessageRowFragment['markup']>['nodes'][number];

/** Only these leave the page. Whatever else a message names as a link is shown as text: `javascript:` runs nothing. */
const isSafe = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/**
 * The parsed text of a message. React escapes all of it; there is no HTML in it to trust. Nodes come flat, in reading order,
 * each with the index of the node around it.
 */
export function Markup({ nodes }: { readonly nodes: readonly Node[] }): ReactNode {
  const children = Map.groupBy(nodes, ({ parent }) => parent ?? -1);
  const inside = (parent: number): ReactNode[] => (children.get(parent) ?? []).map((node) => render(node));
  const isBlank = ({ text, index }: Node): boolean =>
    text === null ? (children.get(index) ?? []).every(isBlank) : text.trim() === '';
  const render = (node: Node): ReactNode => {
    // A quote begins with a link without a text, to the message that the attachment shows; files come with an empty line.
    if (/^(LINK|PARAGRAPH)$/.test(node.type) && isBlank(node)) return null;
    return element(node, node.text ?? inside(node.index));
  };
  return inside(-1);
}

/** An element for each type that the inbox knows; the content alone for others, so that no text is lost. */
function element({ type, index: key, url, text }: Node, content: ReactNode): ReactNode {
  switch (type) {
    case 'PARAGRAPH':
      return <p key={key}>{content}</p>;
    case 'HEADING':
      return (
        <p key={key} className="heading">
          {content}
        </p>
      );
    case 'BOLD':
      return <strong key={key}>{content}</strong>;
    case 'ITALIC':
      return <em key={key}>{content}</em>;
    case 'STRIKE':
      return <s key={key}>{content}</s>;
    case 'INLINE_CODE':
      return <code key={key}>{content}</code>;
    case 'CODE':
      return (
        <pre key={key}>
          <code>{content}</code>
        </pre>
      );
    case 'CODE_LINE':
      return <span key={key}>{[content, '\n']}</span>;
    case 'QUOTE':
    case 'BLOCKQUOTE':
      return <blockquote key={key}>{content}</blockquote>;
    case 'UNORDERED_LIST':
    case 'TASKS':
      return <ul key={key}>{content}</ul>;
    case 'ORDERED_LIST':
      return <ol key={key}>{content}</ol>;
    case 'LIST_ITEM':
    case 'TASK':
      return <li key={key}>{content}</li>;
    case 'LINE_BREAK':
      return <br key={key} />;
    case 'SPOILER':
    case 'SPOILER_BLOCK':
      return (
        <details key={key}>
          <summary>Spoiler</summary>
          {content}
        </details>
      );
    case 'EMOJI':
      return <span key={key}>{text === null ? content : emojiOf(text)}</span>;
    case 'MENTION_USER':
      return (
        <b key={key} className="mention">
          {['@', content]}
        </b>
      );
    case 'MENTION_CHANNEL':
      return (
        <b key={key} className="mention">
          {['#', content]}
        </b>
      );
    case 'LINK':
      return url !== null && isSafe(url) ? (
        <a key={key} href={url} target="_blank" rel="noopener noreferrer">
          {content}
        </a>
      ) : (
        <span key={key}>{content}</span>
      );
    default:
      return <span key={key}>{content}</span>;
  }
}
