'use strict';
// Shows what the REST API says, again every two seconds. The token comes from the part of the URL
// after '#', which no server sees, or from the form; it is kept in this page only.
let token = new URLSearchParams(location.hash.slice(1)).get('token');
history.replaceState(null, '', location.pathname);

const byId = id => document.getElementById(id);

async function read(path) {
  const answer = await fetch('v1/' + path, { headers: { Authorization: 'Bearer ' + token } });
  if (answer.status === 401) { token = null; throw new Error('the token is not right'); }
  if (!answer.ok) throw new Error(path + ': ' + answer.status);
  return answer.json();
}

// A cell is text, or [text, class]. Text only ever becomes text.
function table(id, head, rows, none) {
  const row = (tag, cells) => {
    const tr = document.createElement('tr');
    for (const cell of cells) {
      const element = document.createElement(tag);
      [element.textContent, element.className] = Array.isArray(cell) ? cell : [cell, ''];
      tr.append(element);
    }
    return tr;
  };
  byId(id).replaceChildren(...(rows.length ? [row('th', head), ...rows.map(r => row('td', r))] : [row('td', [none])]));
}

function show(status, catalog, intentions, proxies) {
  byId('state').textContent =
    `${status.ready ? 'serving' : 'not serving yet'} · trust domain ${status.trustDomain} · revision ${status.revision} · ${status.version}`;
  table('sources', ['source', 'state', 'since', 'why'],
    status.sources.map(s => [s.id, [s.state, s.state === 'synced' ? 'good' : 'bad'], s.since ?? '', s.why ?? '']),
    'No source is configured.');
  table('services', ['service', 'ports', 'endpoints', 'networks'],
    catalog.services.map(s => [s.id, s.ports.map(p => `${p.number} ${p.protocol}`).join(', '),
      `${s.endpoints.filter(e => e.health === 'healthy').length} healthy of ${s.endpoints.length}`,
      [...new Set(s.endpoints.map(e => e.network))].join(', ')]),
    'No service is registered.');
  table('intentions', ['source', 'destination', 'action', 'precedence', 'written in'],
    intentions.intentions.map(i => [i.source, i.destination, [i.action, i.action === 'allow' ? 'good' : 'bad'], i.precedence, i.writtenIn]),
    'No intention is written: nobody may call anybody.');
  table('proxies', ['proxy', 'identity', 'network', 'has revision', 'refuses'],
    proxies.proxies.map(p => [`${p.node} (${p.role})`, p.identity, p.network,
      [String(p.applied), p.applied === proxies.revision ? 'good' : ''],
      p.types.flatMap(t => t.refused.map(r => `${t.type} ${r.resources.join(', ')}: ${r.message}`)).join('; ')]),
    'No proxy is connected.');
  table('refused', ['what', 'why'], [
    ...catalog.refused.map(r => [`${r.source}: ${r.what}`, r.reason]),
    ...catalog.quarantined.map(q => [`${q.service}: ${q.row}`, q.reason]),
    ...intentions.rejected.map(r => [r.object, r.problems.join('; ')]),
    ...catalog.clashes.map(c => [`${c.name}: ${c.claimants.join(', ')}`, c.outcome]),
  ], 'Everything that is registered is served.');
}

async function refresh() {
  byId('login').hidden = Boolean(token);
  byId('page').hidden = !token;
  if (!token) { byId('state').textContent = 'The admin token is needed.'; return; }
  try {
    show(...await Promise.all(['status', 'catalog', 'intentions', 'proxies'].map(read)));
  } catch (problem) {
    byId('state').textContent = 'No answer: ' + problem.message;
  }
}

byId('login').addEventListener('submit', event => {
  event.preventDefault();
  token = byId('token').value.trim();
  refresh();
});
refresh();
setInterval(refresh, 2000);
