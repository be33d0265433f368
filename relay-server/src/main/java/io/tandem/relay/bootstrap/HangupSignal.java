package io.tandem.relay.bootstrap;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * SIGHUP, by which administrators ask a service to read its configuration again. By reflection: the JDK has had {@code sun.misc.Signal} in a module of its own
 * ({@code jdk.unsupported}) since Java 9, and its compiler warns of it in a way that cannot be told to stop.
 */
final class HangupSignal {
    private HangupSignal() {}

    /** Has this done on a thread of the signal's own whenever it comes; false where the machine or the virtual machine has no such signal. */
    static boolean handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        return answer(self, method.getName(), arguments, action);
                    });
            Object hangup = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hangup, handling);
            return true;
        } catch (ReflectiveOperationException unknown) {
            if (unknown instanceof InvocationTargetException thrown && thrown.getCause() instanceof Error error) {
                throw error;
            }
            return false;
        }
    }

    private static @Nullable Object answer(Object self, String method, @Nullable Object[] arguments, Runnable action) {
        switch (method) {
            case "handle" -> action.run();
            case "equals" -> {
                return arguments != null && self == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(self);
            }
            default -> {
                return "SIGHUP reads the configuration again";
            }
        }
        return null;
    }
}
