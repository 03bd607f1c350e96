/**
 * A short conversation. Each line begins with its speaker: 0 opens, 1 replies, 2 is a third voice (the opener again
 * where only two talk). `{words}` are filled in, with the same choice throughout one conversation; `{0}` and `{1}` are
 * usernames.
 */
export type Dialogue = readonly string[];

/** Choices for the `{words}`. `{number}` and `{ticket}` are drawn; `{slug}` is the `{doc}` as part of a URL. */
export const wordChoices: Readonly<Record<string, readonly string[]>> = {
  feature: [
    'waiting list',
    'room search',
    'calendar sync',
    'guest check-in',
    'bulk import',
    'invoice export',
    'floor plan',
  ],
  page: ['booking', 'checkout', 'pricing', 'settings', 'profile', 'overview'],
  customer: ['Alder & Sons', 'Bluewater Clinics', 'Hotel Miramar', 'Kestrel Logistics', 'City Library', 'Studio Nord'],
  service: ['billing', 'search', 'notifications', 'import', 'gateway', 'reports'],
  place: ['Gothenburg', 'Lisbon', 'Lyon', 'Hamburg', 'Kraków', 'Porto'],
  day: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
  time: ['9:30', '10:00', '11:15', '12:15', '14:00', '15:30', '16:00'],
  doc: ['onboarding guide', 'security whitepaper', 'release notes', 'price list', 'API handbook', 'travel policy'],
};
