//! A rate that changes evenly with time, its integral and the inverse of that.

/// The rate `from + slope × t` for `t` in seconds from 0 to `length`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    from: f64,
    slope: f64,
    length: f64,
}

impl Line {
    /// The line from one rate to another, both a second, within `length` seconds.
    pub(super) fn new(from: f64, to: f64, length: f64) -> Line {
        let slope = if length > 0.0 { (to - from) / length } else { 0.0 };
        Line { from, slope, length }
    }

    /// The rate `t` seconds after the beginning.
    pub(super) fn rate(&self, t: f64) -> f64 {
        (self.from + self.slope * t.clamp(0.0, self.length)).max(0.0)
    }

    /// How many arrivals there are within the first `t` seconds: `from × t + slope × t² / 2`.
    pub(super) fn integral(&self, t: f64) -> f64 {
        let t = t.clamp(0.0, self.length);
        t * (self.from + self.slope * t / 2.0)
    }

    /// The time at which the integral reaches `arrivals`.
    ///
    /// The root of the quadratic in the form `2c / (b + √(b² + 2ac))`, which neither cancels for small slopes nor
    /// divides by a zero slope (Press et al., Numerical Recipes, 3rd ed., §5.6).
    pub(super) fn inverse(&self, arrivals: f64) -> f64 {
        if arrivals <= 0.0 {
            return 0.0;
        }
        // Rounding can make the root slightly negative where a falling line ends at zero.
        let root = (self.from * self.from + 2.0 * self.slope * arrivals).max(0.0).sqrt();
        (2.0 * arrivals / (self.from + root)).min(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "these numbers are exact in binary")]
    fn known_points() {
        let flat = Line::new(2000.0, 2000.0, 20.0);
        assert_eq!((flat.integral(20.0), flat.inverse(1.0)), (40_000.0, 0.0005));
        let up = Line::new(0.0, 100.0, 10.0);
        assert_eq!((up.integral(10.0), up.inverse(0.0), up.inverse(500.0)), (500.0, 0.0, 10.0));
        let down = Line::new(100.0, 0.0, 10.0);
        assert!((down.inverse(500.0) - 10.0).abs() < 1e-9);
        assert_eq!(
            Line::new(0.0, 0.0, 5.0).inverse(1.0),
            5.0,
            "an idle stage has no arrivals; the end is as good"
        );
    }

    proptest! {
        #[test]
        fn the_inverse_is_the_inverse(
            from in 0.0..1e5_f64, to in 0.0..1e5_f64, length in 0.001..1e5_f64, share in 0.0..1.0_f64
        ) {
            let line = Line::new(from, to, length);
            let wanted = line.integral(length) * share;
            let reached = line.integral(line.inverse(wanted));
            prop_assert!((reached - wanted).abs() <= 1e-9 * (1.0 + wanted), "{reached} for {wanted}");
        }
    }
}
