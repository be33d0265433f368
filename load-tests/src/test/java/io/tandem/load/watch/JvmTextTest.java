package io.tandem.load.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Texts as a JDK 17 writes them. */
class JvmTextTest {
    @Test
    void shouldFindPausesOfAnyCollectorAndNothingElse() {
        List<Pause> pauses = GcLog.parse("""
                [0.010s] Using G1
                [1.500s] GC(0) Pause Young (Normal) (G1 Evacuation Pause)
                [1.504s] GC(0)   Pre Evacuate Collection Set: 0.1ms
                [1.505s] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->4M(256M) 4.879ms
                [1.505s] GC(0) User=0.01s Sys=0.00s Real=0.00s
                [2.000s] GC(1) Concurrent Mark Cycle 11.2ms
                [2.100s] GC(1) Pause Remark 9M->8M(256M) 1.5ms
                [3.000s] GC(2) Pause Mark Start 0.012ms
                """);

        assertThat(pauses)
                .containsExactly(
                        new Pause(1.505, 4.879, OptionalLong.of(4 << 20)),
                        new Pause(2.1, 1.5, OptionalLong.of(8 << 20)),
                        new Pause(3.0, 0.012, OptionalLong.empty()));
        assertThat(Pauses.of(pauses).count()).isEqualTo(3);
        assertThat(Pauses.of(pauses).longestMillis()).isEqualTo(4.879);
    }

    @Test
    void shouldAddUpTheHeapAndLeaveOutTheClasses() {
        List<String> g1 = List.of(
                "1234:",
                " garbage-first heap   total 260096K, used 5632K [0x1, 0x2)",
                "  region size 1024K, 5 young (5120K), 0 survivors (0K)",
                " Metaspace       used 4051K, committed 4224K, reserved 1114112K",
                "  class space    used 407K, committed 512K, reserved 1048576K");
        List<String> parallel = List.of(
                " PSYoungGen      total 75776K, used 2600K [0x1, 0x2)",
                "  eden space 65024K, 4% used [0x1, 0x2)",
                " ParOldGen       total 173568K, used 400K [0x1, 0x2)",
                "  object space 173568K, 0% used [0x1, 0x2)");

        assertThat(JvmHeap.usedBytes(g1)).isEqualTo(5632 << 10);
        assertThat(JvmHeap.usedBytes(parallel)).isEqualTo(3000 << 10);
        assertThatThrownBy(() -> JvmHeap.usedBytes(List.of("no such process"))).hasMessageContaining("no such process");
    }
}
