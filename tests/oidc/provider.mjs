// A certified OpenID provider on loopback for the tests of sign-in, and what can go wrong with one. Says where it listens on standard
// output. POST /control sets: redirectUri, fault (of the identity tokens it hands out from then on), tenants (its issuer has a place for
// one), and rotate (it signs with a new key).
import { createServer } from 'node:http';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';

const state = { redirectUri: 'http://127.0.0.1/none', fault: null, tenants: false, keys: 0 };
let provider;
let key;

async function make() {
  provider = new Provider(issuer, {
    clients: [{ client_id: 'market', client_secret: 'a secret of the market', redirect_uris: [state.redirectUri], token_endpoint_auth_method: 'client_secret_post' }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { methods: ['S256'], required: () => true },
    cookies: { keys: ['of a test'] },
    jwks: { keys: [{ ...(await exportJWK(key)), kid: `key-${state.keys}`, alg: 'RS256', use: 'sig' }] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => (id.startsWith('nameless') ? { sub: id } : { sub: id, name: `${id} of the provider`, email: `${id}@oidc.example`, email_verified: !id.startsWith('unverified') }),
    }),
  });
}

async function rotate() {
  state.keys += 1;
  key = (await generateKeyPair('RS256', { extractable: true })).privateKey;
}

// The token as the provider made it, but for one fault; signed again with the provider's own key unless the signature is the fault.
async function altered(token) {
  const [header, claims] = [decodeProtectedHeader(token), decodeJwt(token)];
  const [kind, value] = state.fault.split(':');
  switch (kind) {
    case 'issuer': claims.iss = 'https://evil.example'; break;
    case 'audience': claims.aud = 'another'; break;
    case 'nonce': claims.nonce = 'another'; break;
    case 'expired': claims.iat -= 7200; claims.exp = claims.iat + 60; break;
    case 'tenant': claims.iss = `${issuer}/${value}`; claims.tid = value; break;
    case 'unsigned': return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`;
    case 'subject': claims.sub = 'another'; break;
    case 'signature': break;
    default: throw new Error(`There is no fault ${kind}.`);
  }

  const signer = kind === 'signature' ? (await generateKeyPair('RS256')).privateKey : key;
  return new SignJWT(claims).setProtectedHeader(header).sign(signer);
}

async function rewritten(path, body) {
  const answer = JSON.parse(body);
  if (path === '/token' && state.fault && answer.id_token) {
    answer.id_token = await altered(answer.id_token);
  }

  if (path === '/.well-known/openid-configuration' && state.tenants) {
    answer.issuer = `${issuer}/{tenantid}`;
  }

  return JSON.stringify(answer);
}

async function control(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { rotate: isRotated, ...set } = JSON.parse(Buffer.concat(chunks));
  Object.assign(state, set);
  if (isRotated) await rotate();
  await make();
  response.end();
}

const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/control') {
    control(request, response);
    return;
  }

  if (path === '/token' || path === '/.well-known/openid-configuration') {
    const end = response.end.bind(response);
    response.end = (body) => {
      if (response.statusCode !== 200) return end(body);
      rewritten(path, body.toString()).then((changed) => {
        response.setHeader('content-length', Buffer.byteLength(changed));
        end(changed);
      });
      return response;
    };
  }

  provider.callback()(request, response);
});

await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
const issuer = `http://127.0.0.1:${server.address().port}`;
await rotate();
await make();
console.log(`listening ${issuer}`);
