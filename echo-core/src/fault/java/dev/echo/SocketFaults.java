package dev.echo;

import static net.bytebuddy.matcher.ElementMatchers.isBridge;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy.Strategy;
import net.bytebuddy.matcher.ElementMatcher;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.mockito.internal.PremainAttachAccess;

/**
 * Makes the N-th socket call of a kind fail, or the N-th start of a thread, as if the system had
 * run out of something.
 *
 * <p>The calls are the methods of the JDK's own channels, selectors and threads: while a test class
 * runs, each begins with a question whether it is to fail, put in by Byte Buddy with the
 * instrumentation that Mockito's agent has. So the sockets are real ones up to the failure and after it, and the
 * library is the one that is shipped. A failing call does nothing; only a failing close has closed,
 * as on Linux.
 *
 * <p>Calls count on the threads of one side, which the library names, and {@link #inside}: those of
 * the peer of a connection go through.
 */
final class SocketFaults implements BeforeAllCallback, AfterAllCallback {

  /** Kinds of calls, with the JDK's methods. */
  enum Call {
    ACCEPT("accept"),
    BIND("bind"),
    CLOSE("close"),
    CONFIGURE_BLOCKING("configureBlocking"),
    CONNECT("connect"),
    DISCONNECT("disconnect"),
    FINISH_CONNECT("finishConnect"),
    GET_LOCAL_ADDRESS("getLocalAddress"),
    GET_REMOTE_ADDRESS("getRemoteAddress"),
    OPEN_CHANNEL("openDatagramChannel", "openServerSocketChannel", "openSocketChannel"),
    OPEN_SELECTOR("openSelector"),
    READ("read"),
    RECEIVE("receive"),
    REGISTER("register"),
    SELECT("lockAndDoSelect"),
    SEND("send"),
    SET_OPTION("setOption"),
    SHUTDOWN_OUTPUT("shutdownOutput"),
    START_THREAD("start"),
    WRITE("write");

    private final String[] methods;

    Call(String... methods) {
      this.methods = methods;
    }

    private boolean mayEndIn(Failure failure) {
      return this != START_THREAD || failure == Failure.OUT_OF_MEMORY_ERROR;
    }
  }

  /** What a call fails with. */
  enum Failure {
    IO_EXCEPTION {
      @Override
      Throwable get() {
        return new IOException("Injected");
      }
    },
    OUT_OF_MEMORY_ERROR {
      @Override
      Throwable get() {
        return new OutOfMemoryError("Injected");
      }
    };

    abstract Throwable get();
  }

  /** Far more than any run makes of one kind. */
  private static final int MAX_CALLS = 200;

  private static final int EACH = 0;

  private static final String GATE = "dev.echo.gate";

  private static final String[] CLASSES = {
    "java.lang.Thread",
    "java.nio.channels.spi.AbstractInterruptibleChannel",
    "java.nio.channels.spi.AbstractSelectableChannel",
    "java.nio.channels.spi.AbstractSelector",
    "sun.nio.ch.DatagramChannelImpl",
    "sun.nio.ch.SelectorImpl",
    "sun.nio.ch.SelectorProviderImpl",
    "sun.nio.ch.ServerSocketChannelImpl",
    "sun.nio.ch.SocketChannelImpl",
    SelectorProvider.provider().getClass().getName()
  };

  private final String threads;
  private final ThreadLocal<Boolean> isInside = ThreadLocal.withInitial(() -> false);
  private ClassReloadingStrategy strategy;

  /**
   * @param threads how the names of the side's threads begin
   */
  SocketFaults(String threads) {
    this.threads = threads;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws ReflectiveOperationException {
    ElementMatcher.Junction<MethodDescription> calls = namedOneOf(Stream.of(Call.values())
            .flatMap(call -> Stream.of(call.methods))
            .toArray(String[]::new))
        .and(isPublic().or(named("lockAndDoSelect")))
        .and(not(isBridge()));
    strategy = new ClassReloadingStrategy(
        PremainAttachAccess.getInstrumentation(), Strategy.RETRANSFORMATION);
    for (String name : CLASSES) {
      new ByteBuddy()
          .decorate(Class.forName(name))
          .visit(Advice.to(Before.class).on(calls.and(not(named("close")))))
          .visit(Advice.to(After.class).on(calls.and(named("close"))))
          .make()
          .load(null, strategy);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws ReflectiveOperationException, IOException {
    for (String name : CLASSES) {
      strategy.reset(Class.forName(name));
    }
  }

  /** Each call of a scenario with each failure that it may end in, as arguments of a test. */
  static Stream<Arguments> faults(Object scenario, Set<Call> calls) {
    return calls.stream()
        .flatMap(call -> Stream.of(Failure.values())
            .filter(call::mayEndIn)
            .map(failure -> Arguments.of(scenario, call, failure)));
  }

  /** What is done while one call fails. */
  interface Run {
    /** Arms the fault and returns it. */
    Fault withFailing(int number) throws Exception;
  }

  /** Has the first call fail, then the second, and so on, until there is none left to fail. */
  static void failEachInTurn(Run run) {
    int number = 0;
    Fault fault;
    do {
      number++;
      assertTrue(number <= MAX_CALLS, "more calls than expected");
      try {
        fault = run.withFailing(number);
      } catch (Throwable e) {
        throw new AssertionError("When call " + number + " fails", e);
      }
    } while (fault.hasHappened());
    assertTrue(number > 1, "there was no such call");
  }

  /** Has a call fail from now on until {@link #disarm}. */
  Fault arm(Call call, int number, Failure failure) {
    Throwable thrown = failure.get();
    return arm(new Fault(call, number, thrown, () -> thrown));
  }

  /** Has each call fail from now on until {@link #disarm}. */
  Fault armEach(Call call, Failure failure) {
    Throwable thrown = failure.get();
    return arm(new Fault(call, EACH, thrown, () -> thrown));
  }

  /** Has something happen just before a call, which then goes through. */
  void arm(Call call, int number, Runnable action) {
    arm(new Fault(call, number, null, () -> {
      action.run();
      return null;
    }));
  }

  private Fault arm(Fault fault) {
    System.getProperties().put(GATE, fault);
    return fault;
  }

  void disarm() {
    System.getProperties().remove(GATE);
  }

  /** Runs what belongs to the side whose calls count. */
  <T> T inside(Callable<T> action) throws Exception {
    isInside.set(true);
    try {
      return action.call();
    } finally {
      isInside.remove();
    }
  }

  /** One call that fails. */
  final class Fault implements Function<String, Throwable> {
    final Throwable failure;
    private final Call call;
    private final int number;
    private final Supplier<Throwable> outcome;
    private final AtomicInteger calls = new AtomicInteger();

    private Fault(Call call, int number, Throwable failure, Supplier<Throwable> outcome) {
      this.call = call;
      this.number = number;
      this.failure = failure;
      this.outcome = outcome;
    }

    @Override
    public Throwable apply(String method) {
      boolean counts = (isInside.get() || Thread.currentThread().getName().startsWith(threads))
          && Arrays.asList(call.methods).contains(method);
      boolean isMeant = counts && (calls.incrementAndGet() == number || number == EACH);
      return isMeant ? outcome.get() : null;
    }

    int calls() {
      return calls.get();
    }

    boolean hasHappened() {
      return calls.get() >= number;
    }

    boolean isReasonOf(Throwable error) {
      return error != null && (error == failure || isReasonOf(error.getCause()));
    }
  }

  // Copied into the JDK's methods, which see none of our classes.

  private static final class Before {
    @Advice.OnMethodEnter
    @SuppressWarnings("unchecked")
    static void ask(@Advice.Origin("#m") String method) throws Throwable {
      Object gate = System.getProperties().get("dev.echo.gate");
      Throwable failure = gate == null ? null : ((Function<String, Throwable>) gate).apply(method);
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static final class After {
    @Advice.OnMethodExit
    @SuppressWarnings("unchecked")
    static void ask(@Advice.Origin("#m") String method) throws Throwable {
      Object gate = System.getProperties().get("dev.echo.gate");
      Throwable failure = gate == null ? null : ((Function<String, Throwable>) gate).apply(method);
      if (failure != null) {
        throw failure;
      }
    }
  }
}
