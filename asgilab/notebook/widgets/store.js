// What a view knows of a session: rows as far as they have come, lanes, stops,
// and the events that pass the filter. No page and no messages in here.

export const BATCH = 1000;

const KINDS = ["open", "receive", "send", "end", "log", "sql", "layer"];

export class Store {
  constructor() {
    this.total = 0;
    this.lanes = new Map();
    this.stops = [];
    this.effects = new Map();
    this.filter = { text: "", active: false, hits: [], scanned: 0, error: null };
    this.number = null;
    this.batches = [];
    /** When the session began, in milliseconds since 1970. */
    this.started = 0;
    /** Greatest time of any row that has come. */
    this.latest = 0;
    /** Characters of the longest source line of any row that has come. */
    this.longest = 6;
  }

  /** Notes the number of a message; false if one before it was lost. */
  follows(number) {
    const inOrder = this.number === null || number === this.number + 1;
    this.number = number;
    return inOrder;
  }

  /** Takes the parts of a message that it has: total, rows, lanes, stops, filter. */
  take(message) {
    if (message.total !== undefined) this.total = Math.max(this.total, message.total);
    for (const run of message.rows ?? []) this.putRun(run);
    for (const lane of message.lanes ?? []) this.putLane(lane);
    if (message.started) this.started = Date.parse(message.started);
    if (message.stops) this.stops = message.stops;
    if (message.filter) this.putFilter(message.filter);
  }

  putRun({ first, words, rows }) {
    rows.forEach((row, offset) => {
      const index = first + offset;
      const batch = this.batchOf(index);
      if (batch.rows[index % BATCH]) return;
      const [at, connection, kind, type, preview, place, cause, note] = row;
      batch.count += 1;
      this.latest = Math.max(this.latest, at);
      this.longest = Math.max(this.longest, words[place].length);
      batch.rows[index % BATCH] = {
        index,
        at,
        connection: words[connection],
        kind: KINDS[kind],
        type: words[type],
        preview,
        place: words[place],
        cause: cause < 0 ? null : cause,
        note: words[note],
      };
      if (cause >= 0) this.putEffect(cause, index);
    });
  }

  putEffect(cause, index) {
    if (!this.effects.has(cause)) this.effects.set(cause, []);
    this.effects.get(cause).push(index);
  }

  putLane([name, order, column, protocol, first, last, status]) {
    const lane = { name, order, column, protocol, first, last, status };
    this.lanes.set(name, lane);
  }

  putFilter(news) {
    const hits = news.anew ? news.hits : [...this.filter.hits, ...(news.hits ?? [])];
    const error = news.error ?? (news.anew ? null : this.filter.error);
    this.filter = { ...this.filter, ...news, hits, error };
  }

  batchOf(index) {
    const number = Math.floor(index / BATCH);
    this.batches[number] ??= { rows: new Array(BATCH), count: 0 };
    return this.batches[number];
  }

  row(index) {
    return this.batches[Math.floor(index / BATCH)]?.rows[index % BATCH];
  }

  /** Number of rows that the list shows. */
  get length() {
    return this.filter.active ? this.filter.hits.length : this.total;
  }

  /** Index of the event at a position of the list. */
  indexAt(position) {
    return this.filter.active ? this.filter.hits[position] : position;
  }

  /** Position of an event, or of the first one after it if it is filtered out. */
  positionOf(index) {
    if (!this.filter.active) return index;
    const { hits } = this.filter;
    let low = 0;
    let high = hits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hits[middle] < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the list shows an event at all. */
  shows(index) {
    return index < this.total && this.indexAt(this.positionOf(index)) === index;
  }

  /** The events missing between two positions of the list, as [first, count]. */
  gaps(from, to) {
    const ranges = [];
    for (let position = Math.max(0, from); position < Math.min(to, this.length); position += 1) {
      const index = this.indexAt(position);
      if (this.row(index)) continue;
      const range = ranges.at(-1);
      if (range && range[0] + range[1] === index) range[1] += 1;
      else ranges.push([index, 1]);
    }
    return ranges;
  }

  /**
   * The missing events nearest to a position of the list, as one [first, count]
   * within one batch; null if there is none at most `reach` batches away.
   */
  nearestGap(position, reach = 200) {
    if (!this.total) return null;
    const near = Math.min(this.indexAt(position) ?? this.total - 1, this.total - 1);
    const center = Math.floor(near / BATCH);
    for (let distance = 0; distance <= reach; distance += 1) {
      for (const number of new Set([center - distance, center + distance])) {
        const range = this.gapIn(number);
        if (range) return range;
      }
    }
    return null;
  }

  gapIn(number) {
    const start = number * BATCH;
    const end = Math.min(start + BATCH, this.total);
    const batch = this.batches[number];
    if (number < 0 || start >= end || batch?.count === end - start) return null;
    let first = start;
    while (batch?.rows[first % BATCH]) first += 1;
    let last = end;
    while (last > first && batch?.rows[(last - 1) % BATCH]) last -= 1;
    return [first, last - first];
  }
}
