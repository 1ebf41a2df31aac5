package dev.echo.probe;

import dev.echo.probe.ProbeFailure.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/** What a report must say, straight from the definitions, with all copies at hand. */
final class ReplyModel {

  /**
   * @param inTime whether it arrives within the timeout
   */
  record Copy(long number, boolean intact, boolean inTime) {}

  private final int messages;

  /** In the order of arrival, those of messages that were sent. */
  final List<Copy> copies = new ArrayList<>();

  final Set<Long> unsent = new HashSet<>();
  final Set<Long> refused = new HashSet<>();
  long foreign;

  /**
   * @param messages how many were due, from number 1 on
   */
  ReplyModel(int messages) {
    this.messages = messages;
  }

  private boolean isSent(long number) {
    return !unsent.contains(number) && !refused.contains(number);
  }

  /** The first intact copy of each message that has one, in the order of arrival. */
  private List<Copy> firstIntact() {
    Set<Long> seen = new HashSet<>();
    return copies.stream().filter(copy -> copy.intact && seen.add(copy.number)).toList();
  }

  private long count(boolean inTime) {
    return firstIntact().stream().filter(copy -> copy.inTime == inTime).count();
  }

  private long copiesOf(long number) {
    return copies.stream().filter(copy -> copy.number == number).count();
  }

  private boolean isReceivedInTime(long number) {
    return firstIntact().stream().anyMatch(copy -> copy.number == number && copy.inTime);
  }

  private boolean hasIntact(long number) {
    return firstIntact().stream().anyMatch(copy -> copy.number == number);
  }

  /** Which messages fail, each kind in the order in which that shows. */
  Map<Kind, List<Long>> failures() {
    Map<Kind, List<Long>> failures = new EnumMap<>(Kind.class);
    Set<Long> seen = new HashSet<>();
    failures.put(
        Kind.CORRUPT,
        copies.stream()
            .filter(copy -> seen.add(copy.number) && !copy.intact)
            .map(Copy::number)
            .toList());
    Set<Long> before = new HashSet<>();
    failures.put(
        Kind.DUPLICATE,
        copies.stream().map(Copy::number).filter(number -> !before.add(number)).toList());
    failures.put(Kind.LOST, numbers(number -> isSent(number) && !hasCopyInTime(number)));
    failures.put(Kind.REFUSED, numbers(refused::contains));
    failures.put(Kind.UNSENT, numbers(unsent::contains));
    failures.values().removeIf(List::isEmpty);
    return failures;
  }

  private List<Long> numbers(LongPredicate predicate) {
    return LongStream.rangeClosed(1, messages).filter(predicate).boxed().toList();
  }

  private boolean hasCopyInTime(long number) {
    return copies.stream().anyMatch(copy -> copy.number == number && copy.inTime);
  }

  /** The numbers, and as jitter that of the report. */
  Tally tally(LongUnaryOperator due, Tally report) {
    long sent = 0;
    long lost = 0;
    long corrupt = 0;
    long duplicates = 0;
    for (long number = 1; number <= messages; number++) {
      long copiesOfIt = copiesOf(number);
      sent += isSent(number) ? 1 : 0;
      lost += isSent(number) && copiesOfIt == 0 ? 1 : 0;
      corrupt += copiesOfIt > 0 && !hasIntact(number) ? 1 : 0;
      duplicates += Math.max(0, copiesOfIt - 1);
    }
    List<Long> extents = extents();
    return new Tally(
        sent,
        unsent.size(),
        count(true),
        count(false),
        lost,
        corrupt,
        duplicates,
        foreign,
        refused.size(),
        extents.size(),
        extents.stream().mapToLong(extent -> extent).max().orElse(0),
        report.reconnects(),
        longestOutage(due),
        report.jitterNanos(),
        report.hasJitter());
  }

  /** RFC 4737, 4.2.1, of each message that is reordered. */
  private List<Long> extents() {
    List<Copy> arrivals = firstIntact();
    List<Long> extents = new ArrayList<>();
    for (int i = 0; i < arrivals.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (arrivals.get(j).number > arrivals.get(i).number) {
          extents.add((long) i - j);
          break;
        }
      }
    }
    return extents;
  }

  private long longestOutage(LongUnaryOperator due) {
    long longest = 0;
    for (long from = 1; from <= messages; from++) {
      if (!isReceivedInTime(from)) {
        long to = from;
        while (to <= messages && !isReceivedInTime(to)) {
          to++;
        }
        longest = Math.max(longest, due.applyAsLong(to) - due.applyAsLong(from));
        from = to;
      }
    }
    return longest;
  }
}
