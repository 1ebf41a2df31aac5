package dev.echo;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import dev.echo.probe.ProbeReply;
import dev.echo.probe.RoundTrips;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where nothing may be null, what is null is named, in methods that this test has never heard of. */
class NullArgumentsTest {

  private static final List<Class<?>> API = List.of(
      Echo.class,
      EchoClient.class,
      EchoClient.Builder.class,
      EchoRecorder.class,
      EchoRecorder.Closed.class,
      EchoRecorder.Failed.class,
      EchoServer.class,
      EchoServer.Builder.class,
      Endpoint.class,
      Endpoint.Tcp.class,
      Endpoint.Udp.class,
      Endpoint.Unix.class,
      Exchange.class,
      Message.class,
      MessageTransformer.class,
      PathProbe.class,
      PathProbe.Builder.class,
      PathReport.class,
      Peer.class,
      ProbeReply.class,
      QuitPredicate.class,
      RoundTrips.class,
      RoundTrips.Bucket.class);

  /** What stands beside the argument that is null. */
  private static final Map<Class<?>, Object> OTHERS = Map.ofEntries(
      entry(boolean.class, true),
      entry(int.class, 0),
      entry(long.class, 1L),
      entry(String.class, "text"),
      entry(Duration.class, Duration.ZERO),
      entry(Predicate.class, (Predicate<Object>) any -> true),
      entry(Throwable.class, new IllegalStateException("x")),
      entry(CloseReason.class, CloseReason.QUIT),
      entry(Endpoint.class, Endpoint.tcp(1)),
      entry(Endpoint.Inet.class, Endpoint.tcp(1)),
      entry(Message.class, Message.empty()),
      entry(Peer.class, Peer.of(Endpoint.tcp(1))),
      entry(QuitPredicate.class, QuitPredicate.never()),
      entry(QuitScope.class, QuitScope.SERVER));

  private static final Map<Class<?>, Object> RECEIVERS = Map.of(
      EchoClient.Builder.class,
      EchoClient.builder(),
      EchoRecorder.class,
      EchoRecorder.create(),
      EchoServer.Builder.class,
      EchoServer.builder(),
      MessageTransformer.class,
      MessageTransformer.upperCase(),
      PathProbe.Builder.class,
      PathProbe.builder(),
      QuitPredicate.class,
      QuitPredicate.never());

  static Stream<Arguments> areNamed() {
    return API.stream()
        .flatMap(type -> Stream.concat(
            Arrays.stream(type.getDeclaredMethods()).filter(NullArgumentsTest::isToBeAsked),
            type.isRecord() ? Arrays.stream(type.getConstructors()) : Stream.empty()))
        .flatMap(executable -> IntStream.range(0, executable.getParameterCount())
            .filter(i -> !executable.getParameterTypes()[i].isPrimitive())
            .mapToObj(i -> Arguments.of(executable, i)));
  }

  /** Not what user code implements, which may do with null what it likes. */
  private static boolean isToBeAsked(Method method) {
    Class<?> type = method.getDeclaringClass();
    boolean isOurs = type.getSimpleName().equals("Builder") || type == EchoRecorder.class;
    return Modifier.isPublic(method.getModifiers())
        && !method.isSynthetic()
        && (Modifier.isStatic(method.getModifiers()) || method.isDefault() || isOurs);
  }

  @ParameterizedTest
  @MethodSource
  void areNamed(Executable executable, int index) {
    Class<?>[] types = executable.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      assertTrue(i == index || OTHERS.containsKey(types[i]), () -> "nothing for " + executable);
      arguments[i] = i == index ? null : OTHERS.get(types[i]);
    }

    InvocationTargetException e = assertThrows(
        InvocationTargetException.class,
        () -> call(executable, arguments),
        "it was taken for an argument");

    NullPointerException named = assertInstanceOf(NullPointerException.class, e.getCause());
    assertTrue(String.valueOf(named.getMessage()).matches("[a-z]\\w+"), named::toString);
  }

  private static void call(Executable executable, Object[] arguments) throws Exception {
    if (executable instanceof Constructor<?> constructor) {
      constructor.newInstance(arguments);
    } else {
      ((Method) executable).invoke(RECEIVERS.get(executable.getDeclaringClass()), arguments);
    }
  }
}
