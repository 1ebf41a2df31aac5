package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Until;
import java.io.IOException;
import java.net.DatagramSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server over UDP does that receives on several threads. */
class DatagramLoopsTest extends ManyLoopsTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
  void answersEachSenderInOrderAndOnSeveralThreads(String host) throws Exception {
    int rounds = 20;
    int inARow = 10;
    Set<String> threads = ConcurrentHashMap.newKeySet();
    Map<String, Set<String>> threadsOfPeers = new ConcurrentHashMap<>();
    Map<Long, Peer> peers = new ConcurrentHashMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onEcho(Exchange exchange) {
        String thread = Thread.currentThread().getName();
        threads.add(thread);
        String peer = exchange.peer().endpoint().toString();
        threadsOfPeers
            .computeIfAbsent(peer, key -> ConcurrentHashMap.newKeySet())
            .add(thread);
        peers.put(exchange.peer().number(), exchange.peer());
        assertEquals(Long.toString(exchange.number()), exchange.received().text());
      }
    };
    try (EchoServer server = builder().listener(listener).start(Endpoint.udp(host, 0))) {
      List<DatagramSocket> senders = connectAll(server);
      for (int round = 0; round < rounds; round++) {
        for (int i = 1; i <= inARow; i++) {
          for (DatagramSocket sender : senders) {
            send(sender, Integer.toString(round * inARow + i));
          }
        }
        for (DatagramSocket sender : senders) {
          for (int i = 1; i <= inARow; i++) {
            assertEquals(Integer.toString(round * inARow + i), receive(sender));
          }
        }
      }

      assertTrue(threads.size() > 1, threads::toString);
      threadsOfPeers.forEach((peer, own) -> assertEquals(1, own.size(), peer + " on " + own));
      assertEquals(
          IntStream.rangeClosed(1, SENDERS).mapToObj(i -> (long) i).toList(),
          peers.keySet().stream().sorted().toList());
      assertEquals(SENDERS, new HashSet<>(peers.values()).size());
      assertEquals((long) SENDERS * rounds * inARow, server.stats().messages());
      assertEquals(0, server.stats().dropped());
      assertEquals(List.of(), noLeaks.takeWarnings());
    }
  }

  /** Draws are made by peer and message, so it matters only who comes first. */
  private Map<String, String> faults(EchoServer.Builder builder, long seed) throws IOException {
    Map<String, String> faults = new ConcurrentSkipListMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onFault(Exchange exchange, Fault fault) {
        faults.put(exchange.peer().number() + "#" + exchange.number(), fault.toString());
      }
    };
    String rules = "20%drop,30%corrupt=3,10%delay=0ms..2ms,10%duplicate=1,10%reorder=2";
    try (EchoServer server =
        builder.faults(FaultPlan.parse(rules, seed)).listener(listener).start(Endpoint.udp(0))) {
      List<DatagramSocket> senders = List.of(connect(server), connect(server), connect(server));
      for (int i = 0; i < senders.size(); i++) {
        send(senders.get(i), "first");
        awaitMessages(server, i + 1);
      }
      for (int i = 0; i < 50; i++) {
        for (DatagramSocket sender : senders) {
          send(sender, "message " + i);
        }
      }
      awaitMessages(server, 51L * senders.size());
    }
    return faults;
  }

  @Test
  void hasTheSameFaultsForTheSameSeedAsOneThread() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      Map<String, String> expected = faults(EchoServer.builder(), 42);

      assertTrue(expected.size() > 50, expected::toString);
      assertEquals(expected, faults(builder(), 42));
      assertEquals(expected, faults(builder().executor(executor), 42));
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void goesOnAfterUserCodeHasInterruptedItsThread() throws Exception {
    MessageTransformer interrupting = (message, peer) -> {
      Thread.currentThread().interrupt();
      return message;
    };
    try (EchoServer server = builder().transformer(interrupting).start(Endpoint.udp(0))) {
      for (DatagramSocket sender : connectAll(server)) {
        for (String text : List.of("1", "2")) {
          send(sender, text);
          assertEquals(text, receive(sender));
        }
      }
    }
  }

  @Test
  void countsTheRateOfASenderOnceForAllThreads() throws Exception {
    try (EchoServer server = new ServerBuilder()
        .nanoClock(() -> 0)
        .maxSenderRate(10)
        .eventLoops(LOOPS)
        .start(Endpoint.udp(0))) {
      for (DatagramSocket sender : connectAll(server)) {
        send(sender, "x");
      }
      Until.holds(() -> server.stats().rejected() >= SENDERS - 10);

      assertEquals(SENDERS - 10, server.stats().rejected());
      awaitMessages(server, 10);
    }
  }
}
