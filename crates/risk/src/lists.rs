//! Lists by number, laid side by side.

/// For each number a list, in the order in which things came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists<T> {
    /// Where the list of each number begins, and behind the last where it ends.
    starts: Vec<u32>,
    listed: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// Lists things by numbers below a bound; `each` names every pair, twice in the same order.
    pub fn of(bound: usize, each: impl Fn(&mut dyn FnMut(usize, T))) -> Self {
        let mut starts = vec![0_u32; bound + 1];
        each(&mut |number, _| starts[number + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut listed = vec![T::default(); sum as usize];
        each(&mut |number, thing| {
            let place = &mut next[number];
            listed[*place as usize] = thing;
            *place += 1;
        });
        Self { starts, listed }
    }

    /// The list of a number; an empty one for numbers that came later.
    pub fn at(&self, number: usize) -> &[T] {
        match (self.starts.get(number), self.starts.get(number + 1)) {
            (Some(from), Some(to)) => &self.listed[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn everything_stands_where_it_belongs_in_the_order_in_which_it_came() {
        let pairs = [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd')];
        let lists = Lists::of(5, |found| pairs.iter().for_each(|(number, thing)| found(*number, *thing)));
        let all: Vec<&[char]> = (0..7).map(|number| lists.at(number)).collect();
        assert_eq!(all, [&['b'][..], &[], &['a', 'c'], &['d'], &[], &[], &[]]);
        assert!(Lists::<u32>::default().at(0).is_empty());
    }
}
