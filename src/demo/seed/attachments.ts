import { idOf } from '../ids.ts';
import { parseMarkup } from '../markup.ts';

/** A grey pixel in the format of upstream's blurred previews. */
const blurredPreview =
  '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2Q==';

type Fields = Record<string, unknown>;

interface Upload {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** Fields of a message with one uploaded file. `attachment` adds those that depend on the kind of file. */
function upload({ name, type, size }: Upload, attachment: (link: string) => Fields): Fields {
  const _id = idOf(`upload ${name}`);
  const link = `/file-upload/${_id}/${encodeURIComponent(name)}`;
  const format = name.split('.').at(-1);
  const file = { _id, name, type, size, format };
  return {
    file,
    files: [{ ...file, typeGroup: type.split('/')[0] }],
    groupable: false,
    attachments: [
      {
        ts: '1970-01-01T00:00:00.000Z',
        title: name,
        title_link: link,
        title_link_download: true,
        type: 'file',
        fileId: _id,
        size,
        format,
        ...attachment(link),
      },
    ],
  };
}

export const image = (name: string, size: number, description?: string): Fields =>
  upload({ name, type: 'image/png', size }, (link) => ({
    ...(description !== undefined && { description, descriptionMd: parseMarkup(description) }),
    image_url: link,
    image_type: 'image/png',
    image_size: size,
    image_dimensions: { width: 1440, height: 810 },
    image_preview: blurredPreview,
  }));

export const audio = (name: string, size: number): Fields =>
  upload({ name, type: 'audio/mpeg', size }, (link) => ({
    audio_url: link,
    audio_type: 'audio/mpeg',
    audio_size: size,
  }));

export const video = (name: string, size: number): Fields =>
  upload({ name, type: 'video/mp4', size }, (link) => ({ video_url: link, video_type: 'video/mp4', video_size: size }));

export const document = (name: string, size: number): Fields =>
  upload({ name, type: 'application/pdf', size }, () => ({ description: 'Final version, signed' }));

export const removedFile = {
  attachments: [{ type: 'removed-file', text: 'File removed by retention policy', color: '#FD745E' }],
};

export const actions = {
  attachments: [
    {
      title: 'Deploy 4.2.0-rc.3 to production?',
      text: 'All checks have passed.',
      button_alignment: 'horizontal',
      actions: [
        { type: 'button', text: 'Deploy', msg: '/deploy 4.2.0-rc.3', msg_in_chat_window: true },
        {
          type: 'button',
          text: 'View changes',
          url: 'https://git.northlight.example/northlight/app/compare/4.1...4.2',
        },
      ],
    },
  ],
};

export const card = {
  attachments: [
    {
      author_name: 'Build pipeline',
      author_link: 'https://ci.northlight.example',
      author_icon: '/images/integrations/ci.png',
      title: 'app #3187 passed',
      title_link: 'https://ci.northlight.example/app/3187',
      pretext: 'Branch *release/4.2*',
      text: '412 tests in 3 min 8 s',
      color: '#2de0a5',
      collapsed: false,
      mrkdwn_in: ['text', 'pretext'],
      thumb_url: '/images/integrations/ci-thumb.png',
      fields: [
        { title: 'Coverage', value: '91.4 %', short: true },
        { title: 'Flaky', value: 0, short: true },
        { title: 'Deployable', value: true, short: true },
      ],
      attachments: [{ title: 'Slowest suite', text: 'booking-overlap, 41 s', color: '#f5c542' }],
    },
  ],
};

interface Quoted {
  readonly id: string;
  readonly roomId: string;
  readonly author: string;
  readonly text: string;
  readonly ts: string;
  readonly attachments?: unknown[];
}

/** A quote of a message, which may itself quote another. */
export function quote({ id, roomId, author, text, ts, attachments = [] }: Quoted): Fields {
  return {
    text,
    md: parseMarkup(text),
    author_name: author,
    author_icon: `/avatar/${author}`,
    message_link: `https://chat.northlight.example/direct/${roomId}?msg=${id}`,
    attachments,
    ts,
  };
}

export const linkMeta = {
  url: 'https://blog.northlight.example/autumn-release',
  meta: {
    pageTitle: 'Everything new in the autumn release',
    ogTitle: 'Everything new in the autumn release',
    ogDescription: 'Waiting lists, calendar sync, and a booking page that loads in half the time.',
    ogImage: 'https://blog.northlight.example/images/autumn.png',
    ogSiteName: 'Northlight',
  },
  headers: { contentType: 'text/html; charset=utf-8', contentLength: '48211' },
  parsedUrl: {
    host: 'blog.northlight.example',
    hash: null,
    pathname: '/autumn-release',
    protocol: 'https:',
    search: null,
  },
};
