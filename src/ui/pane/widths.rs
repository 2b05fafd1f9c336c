//! How the columns of a table share the room.

/// What a column asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    /// Index into the pane's columns.
    pub(super) column: usize,
    /// Columns of a low rank go first where room runs out.
    pub(super) rank: u8,
    /// Fewest cells in which it still says something.
    pub(super) least: u16,
    /// Cells in which nothing of it is cut.
    pub(super) most: u16,
}

/// A column that is shown, and its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) column: usize,
    pub(super) width: u16,
}

/// Cells between two columns.
pub(super) const GAP: u16 = 2;

/// Drops columns until the least of the others fits, then gives what is left to those that are cut.
pub(super) fn share(mut wishes: Vec<Wish>, room: u16) -> Vec<Share> {
    while wishes.len() > 1 && least(&wishes) > u32::from(room) {
        let lowest = wishes.iter().enumerate().min_by_key(|(_, wish)| wish.rank);
        let Some((index, _)) = lowest else { break };
        wishes.remove(index);
    }
    let mut left = room.saturating_sub(u16::try_from(least(&wishes)).unwrap_or(u16::MAX));
    let mut shares: Vec<Share> = wishes
        .iter()
        .map(|wish| Share {
            column: wish.column,
            width: wish.least.min(room),
        })
        .collect();
    // A cell to each column that is still cut, round by round: short ones are satisfied first.
    while left > 0 {
        let mut given = false;
        for (share, wish) in shares.iter_mut().zip(&wishes) {
            if left > 0 && share.width < wish.most {
                share.width += 1;
                left -= 1;
                given = true;
            }
        }
        if !given {
            break;
        }
    }
    shares
}

fn least(wishes: &[Wish]) -> u32 {
    let gaps = u32::from(GAP) * u32::try_from(wishes.len().saturating_sub(1)).unwrap_or(0);
    wishes.iter().map(|wish| u32::from(wish.least)).sum::<u32>() + gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wish(column: usize, rank: u8, least: u16, most: u16) -> Wish {
        Wish {
            column,
            rank,
            least,
            most,
        }
    }

    fn widths(wishes: &[Wish], room: u16) -> Vec<(usize, u16)> {
        share(wishes.to_vec(), room)
            .into_iter()
            .map(|share| (share.column, share.width))
            .collect()
    }

    #[test]
    fn the_lowest_rank_goes_first_and_slack_goes_to_who_is_cut() {
        let wishes = [wish(0, 100, 5, 10), wish(1, 10, 5, 30), wish(2, 50, 5, 6)];
        assert_eq!(widths(&wishes, 60), [(0, 10), (1, 30), (2, 6)]);
        assert_eq!(widths(&wishes, 25), [(0, 8), (1, 7), (2, 6)]);
        assert_eq!(widths(&wishes, 18), [(0, 10), (2, 6)]);
        assert_eq!(widths(&wishes, 11), [(0, 10)]);
        assert_eq!(widths(&wishes, 3), [(0, 3)]);
        assert_eq!(widths(&[], 3), []);
    }

    proptest! {
        #[test]
        fn columns_fit(wishes in prop::collection::vec((0u8..9, 1u16..20, 0u16..20), 0..10), room in 0u16..200) {
            let wishes: Vec<_> = wishes
                .into_iter()
                .enumerate()
                .map(|(index, (rank, least, more))| wish(index, rank, least, least + more))
                .collect();
            let shares = share(wishes.clone(), room);
            let gaps = 2 * shares.len().saturating_sub(1);
            let used: usize = shares.iter().map(|share| usize::from(share.width)).sum();
            prop_assert!(used + gaps <= usize::from(room) || shares.is_empty());
            prop_assert_eq!(shares.is_empty(), wishes.is_empty());
            prop_assert!(shares.windows(2).all(|pair| pair[0].column < pair[1].column));
        }
    }
}
