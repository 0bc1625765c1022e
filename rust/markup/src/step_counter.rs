//! Counts the steps of searches, in tests only, so that tests show linear time without a clock.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Notes that a search looked at `steps` bytes.
#[inline]
pub(crate) fn add(steps: usize) {
    #[cfg(test)]
    STEPS.set(STEPS.get() + steps);
    #[cfg(not(test))]
    let _ = steps;
}

/// The steps that `action` takes.
#[cfg(test)]
pub(crate) fn count(action: impl FnOnce()) -> usize {
    let before = STEPS.get();
    action();
    STEPS.get() - before
}
