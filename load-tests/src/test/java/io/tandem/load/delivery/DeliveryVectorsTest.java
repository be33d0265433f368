package io.tandem.load.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The peers of the load tests deliver as the clients do: step by step as the shared vectors have it. */
class DeliveryVectorsTest {
    static List<Vector> scripts() {
        return Vectors.rows("delivery.json");
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void shouldDeliver(Vector row) {
        Script script = Script.of(row.text("machine"));
        for (Object step : row.member("steps", List.class)) {
            assertThat(step).isInstanceOf(List.class);
            List<?> stepAndResult = (List<?>) step;
            String words = String.valueOf(stepAndResult.get(0));
            assertThat(script.step(words)).as(words).isEqualTo(stepAndResult.get(1));
        }
    }
}
