import type { ComponentChildren } from 'preact';
import type { ProviderId } from '../connection/providers.js';

/** A mark for a provider, drawn by us: a plain shape in its colour to find it by, not its logo. */
export function ProviderMark({ provider }: { provider: ProviderId }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      {marks[provider]}
    </svg>
  );
}

const line = { fill: 'none', 'stroke-width': 4, 'stroke-linecap': 'round' } as const;

const marks: Record<ProviderId, ComponentChildren> = {
  okta: <circle cx="16" cy="16" r="9.5" {...line} stroke-width="6" stroke="#1662dd" />,
  'microsoft-entra': (
    <>
      <path d="M16 4 L28 18 L16 27 Z" fill="#1f9ec9" />
      <path d="M16 4 L4 18 L16 27 Z" fill="#5ec7e8" />
    </>
  ),
  'google-workspace': (
    <>
      <path d="M16 6 A10 10 0 0 1 25 11.5" {...line} stroke="#d93025" />
      <path d="M26 16 A10 10 0 0 1 20 25.2" {...line} stroke="#1a73e8" />
      <path d="M15 26 A10 10 0 0 1 7 20.4" {...line} stroke="#188038" />
      <path d="M6 15.5 A10 10 0 0 1 11 7.4" {...line} stroke="#e8a600" />
    </>
  ),
  cyberark: (
    <>
      <path d="M16 4 L27 10 V22 L16 28 L5 22 V10 Z" {...line} stroke-width="3" stroke="#0b6fa8" />
      <circle cx="16" cy="16" r="4.5" fill="#0b6fa8" />
    </>
  ),
  duo: (
    <>
      <path d="M15 7 V25 A9 9 0 0 1 15 7 Z" fill="#4a9b3f" />
      <circle cx="22" cy="16" r="6.5" fill="#8bc47f" />
    </>
  ),
  jumpcloud: (
    <>
      <path d="M9 21 A5 5 0 0 1 9.5 11 A7 7 0 0 1 22.5 11.5 A5 5 0 0 1 23 21 Z" fill="#2a9d9b" />
      <path d="M11 27 H21" {...line} stroke-width="3" stroke="#2a9d9b" />
    </>
  ),
  keycloak: (
    <>
      <path d="M9 5 H23 L29 16 L23 27 H9 L3 16 Z" fill="#6b7680" />
      <circle cx="13" cy="16" r="3.5" {...line} stroke-width="2.5" stroke="#fff" />
      <path d="M17 16 H24 M22 16 V20" {...line} stroke-width="2.5" stroke="#fff" />
    </>
  ),
  miniorange: (
    <>
      <circle cx="16" cy="18" r="10" fill="#e8751a" />
      <path d="M16 8 Q18 3 24 4 Q23 9 16 8 Z" fill="#4a9b3f" />
    </>
  ),
  onelogin: (
    <>
      <circle cx="16" cy="16" r="12" fill="#3c4858" />
      <path d="M13 12.5 L17 9.5 V22.5" {...line} stroke-width="3" stroke="#fff" stroke-linejoin="round" />
    </>
  ),
  pingfederate: (
    <>
      <rect x="4" y="4" width="24" height="24" rx="4" fill="#b3282d" />
      <path d="M12 24 V9 H17 A4.5 4.5 0 0 1 17 18 H12" {...line} stroke-width="3" stroke="#fff" />
    </>
  ),
  rippling: (
    <>
      <path d="M4 11 Q10 5 16 11 T28 11" {...line} stroke-width="3" stroke="#7a1f4d" />
      <path d="M4 17 Q10 11 16 17 T28 17" {...line} stroke-width="3" stroke="#a3486f" />
      <path d="M4 23 Q10 17 16 23 T28 23" {...line} stroke-width="3" stroke="#c98aa4" />
    </>
  ),
  salesforce: (
    <>
      <circle cx="11" cy="17" r="6.5" fill="#1798c1" />
      <circle cx="17" cy="12.5" r="6.5" fill="#1798c1" />
      <circle cx="22" cy="18" r="6" fill="#1798c1" />
    </>
  ),
  shibboleth: (
    <>
      <path d="M16 4 L27 8 V16 Q27 24 16 28 Q5 24 5 16 V8 Z" fill="#a97c1e" />
      <path d="M12 12 H20 M12 16 H20 M12 20 H20" {...line} stroke-width="2" stroke="#fff" />
    </>
  ),
  classlink: (
    <>
      <rect x="3" y="11" width="15" height="10" rx="5" {...line} stroke-width="3" stroke="#2f6fb5" />
      <rect x="14" y="11" width="15" height="10" rx="5" {...line} stroke-width="3" stroke="#6aa3de" />
    </>
  ),
  generic: (
    <>
      <path d="M11 4 V10 M21 4 V10" {...line} stroke-width="3" stroke="#6d6fb0" />
      <path d="M7 10 H25 V15 A9 9 0 0 1 7 15 Z" fill="#6d6fb0" />
      <path d="M16 24 V28" {...line} stroke-width="3" stroke="#6d6fb0" />
    </>
  ),
};
