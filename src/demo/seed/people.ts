import { idOf } from '../ids.ts';
import type { Account } from '../types.ts';

type Status = 'online' | 'away' | 'busy' | 'offline';

/** Username, full name, presence, hours from UTC, status text. */
const people: readonly (readonly [string, string, Status, number, string])[] = [
  ['maya.lindqvist', 'Maya Lindqvist', 'online', 1, 'Release week'],
  ['jonas.weber', 'Jonas Weber', 'online', 1, ''],
  ['priya.raman', 'Priya Raman', 'busy', 5.5, 'In a design review'],
  ['carla.mendes', 'Carla Mendes', 'online', 0, ''],
  ['tomas.berg', 'Tomas Berg', 'online', 1, 'Workspace administrator'],
  ['amara.okafor', 'Amara Okafor', 'away', 1, 'Back after lunch'],
  ['ben.hartley', 'Ben Hartley', 'online', 0, ''],
  ['chen.wei', 'Chen Wei', 'offline', 8, ''],
  ['daria.novak', 'Daria Novak', 'online', 1, 'Support rota'],
  ['elif.demir', 'Elif Demir', 'away', 3, ''],
  ['finn.osullivan', "Finn O'Sullivan", 'online', 0, ''],
  ['grace.kimani', 'Grace Kimani', 'online', 3, ''],
  ['hugo.laurent', 'Hugo Laurent', 'busy', 1, 'On site in Lyon'],
  ['ines.castillo', 'Inés Castillo', 'online', 1, ''],
  ['jakub.zielinski', 'Jakub Zieliński', 'offline', 1, ''],
  ['keiko.tanaka', 'Keiko Tanaka', 'offline', 9, ''],
  ['liam.murphy', 'Liam Murphy', 'online', 0, ''],
  ['marta.silva', 'Marta Silva', 'away', 0, ''],
  ['noor.haddad', 'Noor Haddad', 'online', 2, ''],
  ['oskar.nyman', 'Oskar Nyman', 'offline', 2, 'On parental leave'],
  ['paula.ferrari', 'Paula Ferrari', 'online', 1, ''],
  ['quentin.dubois', 'Quentin Dubois', 'away', 1, ''],
  ['rosa.vega', 'Rosa Vega', 'online', -5, ''],
  ['sam.whitaker', 'Sam Whitaker', 'offline', -8, ''],
  ['tessa.vandijk', 'Tessa van Dijk', 'online', 1, ''],
  ['uma.krishnan', 'Uma Krishnan', 'busy', 5.5, 'Quarter close'],
  ['viktor.ivanov', 'Viktor Ivanov', 'offline', 2, ''],
  ['wanda.kowalska', 'Wanda Kowalska', 'online', 1, ''],
];

const deactivatedUsername = 'erik.hansen';
const botId = 'rocket.cat';

function person([username, name, status, utcOffset, statusText]: (typeof people)[number], index: number): Account {
  return {
    id: idOf(`account ${username}`),
    token: idOf(`demo token ${username}`, 43),
    username,
    name,
    roles: username === 'tomas.berg' ? ['user', 'admin'] : ['user'],
    active: true,
    status,
    statusText,
    utcOffset,
    email: `${username}@northlight.example`,
    type: 'user',
    createdAt: `2024-0${1 + (index % 9)}-1${index % 8}T09:1${index % 10}:24.310Z`,
    updatedAt: `2026-10-${String(30 - (index % 24)).padStart(2, '0')}T07:${10 + index}:42.118Z`,
  };
}

const deactivated: Account = {
  ...person([deactivatedUsername, 'Erik Hansen', 'offline', 1, ''], people.length),
  active: false,
};

const bot: Account = {
  ...person([botId, 'Rocket.Cat', 'online', 0, ''], people.length + 1),
  id: botId,
  roles: ['bot'],
  type: 'bot',
};

export const accounts: readonly Account[] = [...people.map(person), deactivated, bot];

/** A user whose account was deleted; their receipts remain. */
export const deletedUserId = idOf('account nadia.petrova');

export const userIdOf = (username: string): string => (username === botId ? botId : idOf(`account ${username}`));

export const mainAccounts = {
  memberId: userIdOf('maya.lindqvist'),
  adminId: userIdOf('tomas.berg'),
  botId: botId,
};
