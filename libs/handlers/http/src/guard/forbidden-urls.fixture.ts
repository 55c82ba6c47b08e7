/** One way to ask for what must not be reached. */
export interface ForbiddenUrl {
  /** `PORT` stands for the sink's. */
  url: string;
  /** Names as the attacker's DNS answers them. */
  names?: Record<string, string[]>;
  code?: string;
  /** Whether it leads to the sink where nothing guards: v4 and v6 by which address it comes. */
  lands?: 'v4' | 'v6';
}

const lands = (by: 'v4' | 'v6', urls: string[]): ForbiddenUrl[] => urls.map((url) => ({ url, lands: by }));
const refused = (urls: string[], code?: string): ForbiddenUrl[] =>
  urls.map((url) => ({ url, ...(code === undefined ? {} : { code }) }));
const hosts = (list: string): string[] => list.split(/\s+/).map((host) => `http://${host}:PORT/`);

/** Spellings of this machine's IPv4 addresses. */
export const SPELLINGS_V4: ForbiddenUrl[] = [
  ...lands(
    'v4',
    hosts(
      `127.0.0.1 127.0.0.2 127.127.127.127 127.255.255.254 127.1 127.0.1 2130706433 0x7f000001 0x7F000001 0x7f.0.0.1 0x7f.1
      0x7f.0x0.0x0.0x1 0177.0.0.1 0177.0.0.01 0177.1 017700000001 0177.0x0.0.1 127.000.000.001 127.0.0.1. 0x7f000001.
      %31%32%37.0.0.1 127%2e0%2e0%2e1 %30x7f.1 １２７.0.0.1 ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1 127｡0｡0｡1 0.0.0.0 0 0x0
      000000000000 0.0`,
    ),
  ),
  ...lands('v4', [
    'HTTP://127.0.0.1:PORT/',
    '  http://127.0.0.1:PORT/  ',
    'http://127.0.\t0.1:PORT/',
    'http://127.0.\n0.1:PORT/',
    'http:\\\\127.0.0.1:PORT\\',
    'http:127.0.0.1:PORT/',
    'http:/127.0.0.1:PORT/',
    'http:////127.0.0.1:PORT/',
    'http://127.0.0.1:PORT?x=1',
    'http://127.0.0.1:PORT#@public.example/',
    'http://127.0.0.1:PORT\\@public.example/',
    'http://127.0.0.1:PORT/@public.example',
    'http://127.0.0.1:0PORT/',
  ]),
  ...refused(hosts('0x7f.1.. 127.0.0.1..')),
];

export const SPELLINGS_V6: ForbiddenUrl[] = [
  ...lands('v6', hosts('[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0:1] [::]')),
  ...lands('v4', hosts('[::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:0001] [::FFFF:127.0.0.2]')),
  ...refused(
    hosts(
      `[::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::]
      [2001:0:7f00:1::] [fe80::1] [fc00::1] [fd00:ec2::254] [fd20:ce::254] [fec0::1] [ff02::1] [100::1] [2001:db8::1] [3fff::1]
      [5f00::1] [2001:10::1] [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [::ffff:10.0.0.1] [64:ff9b::a9fe:a9fe] [4000::1]`,
    ),
    'http.address-refused',
  ),
];

/** Not this machine, but not the public internet either. */
export const SPECIAL_ADDRESSES: ForbiddenUrl[] = refused(
  hosts(
    `10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255 169.254.169.254 169.254.170.2 2852039166 0xa9fea9fe
    0251.0376.0251.0376 169.254.43518 100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16 0xa83f8110 0.1.2.3`,
  ),
  'http.address-refused',
);

const named = (host: string, addresses: string[], by?: 'v4' | 'v6'): ForbiddenUrl => ({
  url: `http://${host}:PORT/`,
  names: { [host]: addresses },
  code: 'http.address-refused',
  ...(by ? { lands: by } : {}),
});

export const NAMES: ForbiddenUrl[] = [
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost.', 'ｌocalhost', 'local%68ost'].map(
    (host) => ({
      url: `http://${host}:PORT/`,
      names: { localhost: ['127.0.0.1'], 'a.localhost': ['127.0.0.1'], 'a.b.localhost': ['127.0.0.1'] },
      code: 'http.address-refused',
      lands: 'v4' as const,
    }),
  ),
  named('one.example', ['127.0.0.1'], 'v4'),
  named('six.example', ['::1'], 'v6'),
  named('mapped.example', ['::ffff:127.0.0.1'], 'v4'),
  named('any.example', ['0.0.0.0'], 'v4'),
  named('both.example', ['93.184.215.14', '127.0.0.1']),
  named('last.example', ['2606:2800:220:1::1', '93.184.215.14', '::1']),
  named('private.example', ['10.0.0.1']),
  named('metadata.example', ['169.254.169.254']),
  named('nat64.example', ['64:ff9b::7f00:1']),
  named('zone.example', ['fe80::1%eth0']),
  named('junk.example', ['not an address']),
  named('decimal.example', ['2130706433']),
  named('xn--bcher-kva.example', ['127.0.0.1'], 'v4'),
];

export const NOT_EVEN_ASKED: ForbiddenUrl[] = [
  ...refused(
    [
      'http://user@127.0.0.1:PORT/',
      'http://user:password@127.0.0.1:PORT/',
      'http://public.example@127.0.0.1:PORT/',
      'http://:password@127.0.0.1:PORT/',
      'http://public.example%40@127.0.0.1:PORT/',
      'http://public.example:80@127.0.0.1:PORT/',
    ],
    'http.userinfo-refused',
  ),
  ...refused(
    [
      'file:///etc/passwd',
      'ftp://127.0.0.1:PORT/',
      'gopher://127.0.0.1:PORT/_GET',
      'ws://127.0.0.1:PORT/',
      'data:text/plain,hello',
      'javascript:alert(1)',
      'blob:http://127.0.0.1:PORT/x',
      'unix:/var/run/docker.sock',
    ],
    'http.scheme-refused',
  ),
  ...refused(
    [
      'http://93.184.215.14:22/',
      'https://93.184.215.14:25/',
      'http://public.example:445/',
      'http://public.example:111/',
    ],
    'http.port-refused',
  ),
  ...refused(
    [
      'http://',
      'http://127.0.0.1:99999/',
      '//127.0.0.1:PORT/',
      'http://[::1',
      'http://127.0.0.256/',
      'http://a b/',
      'http://.../',
    ],
    'http.url-invalid',
  ),
];
