package dev.echo.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a recorder keeps of one kind, in the order of arrival, within two bounds. Taking is a mark
 * on the entry, which stays until it is the oldest one and room is needed. Guarded by the lock of
 * {@link Recording}.
 */
final class RecordedList<T> {

  static final class Entry<T> {
    final T value;
    private final long bytes;

    /** How many had arrived when it had. */
    final long number;

    private boolean isTaken;
    private Entry<T> next;

    private Entry(T value, long bytes, long number) {
      this.value = value;
      this.bytes = bytes;
      this.number = number;
    }
  }

  private final int maxEntries;
  private final long maxBytes;

  private Entry<T> first;
  private Entry<T> last;

  /** Those before it are taken. Null if all are. */
  private Entry<T> toTake;

  private int entries;
  private long bytes;

  /** Since the beginning, whatever was cleared or forgotten. */
  private long arrived;

  /** The number of the last one that is not kept any more, but for those too large to be kept. */
  private long gone;

  private long cleared;
  private long taken;
  private long forgotten;
  private long tooLarge;

  RecordedList(int maxEntries, long maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  void add(T value, long size) {
    if (size > maxBytes) {
      arrived++;
      forgotten++;
      tooLarge++;
      return;
    }
    Entry<T> entry = new Entry<>(value, size, arrived + 1);
    while (entries == maxEntries || bytes > maxBytes - size) {
      forgetFirst();
    }
    if (first == null) {
      first = entry;
    } else {
      last.next = entry;
    }
    last = entry;
    if (toTake == null) {
      toTake = entry;
    }
    arrived++;
    entries++;
    bytes += size;
  }

  private void forgetFirst() {
    Entry<T> oldest = first;
    first = oldest.next;
    if (toTake == oldest) {
      toTake = first;
    }
    oldest.next = null; // or who looks at it would keep alive all that come after it
    gone = oldest.number;
    entries--;
    bytes -= oldest.bytes;
    forgotten++;
  }

  void clear() {
    first = null;
    last = null;
    toTake = null;
    entries = 0;
    bytes = 0;
    gone = arrived;
    cleared = arrived;
    taken = 0;
    forgotten = 0;
    tooLarge = 0;
  }

  /** The first one to take after the given one, or of all if that is null; null if none is. */
  Entry<T> nextToTake(Entry<T> seen) {
    toTake = skipTaken(toTake);
    return seen == null || isGone(seen) ? toTake : skipTaken(seen.next);
  }

  private static <T> Entry<T> skipTaken(Entry<T> from) {
    Entry<T> entry = from;
    while (entry != null && entry.isTaken) {
      entry = entry.next;
    }
    return entry;
  }

  private boolean isGone(Entry<T> entry) {
    return entry.number <= gone;
  }

  /** Returns whether it was there to be taken. */
  boolean take(Entry<T> entry) {
    if (entry.isTaken || isGone(entry)) {
      return false;
    }
    entry.isTaken = true;
    taken++;
    return true;
  }

  long arrived() {
    return arrived;
  }

  long recorded() {
    return arrived - cleared;
  }

  long forgotten() {
    return forgotten;
  }

  /** Also those that were forgotten before. */
  boolean areAllTaken() {
    return recorded() == taken;
  }

  List<T> all() {
    List<T> all = new ArrayList<>(entries);
    for (Entry<T> entry = first; entry != null; entry = entry.next) {
      all.add(entry.value);
    }
    return Collections.unmodifiableList(all);
  }

  List<T> firstToTake(int max) {
    List<T> some = new ArrayList<>(max);
    Entry<T> entry = nextToTake(null);
    while (entry != null && some.size() < max) {
      some.add(entry.value);
      entry = nextToTake(entry);
    }
    return some;
  }

  /** The last one that is kept, or null. */
  T last() {
    return last == null ? null : last.value;
  }

  /** The last one that is kept, unless it is taken, or null. */
  T lastToTake() {
    return last == null || last.isTaken ? null : last.value;
  }

  boolean isLastKept() {
    return last != null && last.number == arrived;
  }

  String counts() {
    StringBuilder counts = new StringBuilder();
    counts.append(recorded()).append(" recorded, ").append(taken).append(" taken");
    if (forgotten > 0) {
      counts.append(", ").append(forgotten).append(" forgotten");
    }
    if (tooLarge > 0) {
      counts.append(" (").append(tooLarge).append(" larger than ");
      counts.append(maxBytes).append(" bytes)");
    }
    return counts.toString();
  }
}
