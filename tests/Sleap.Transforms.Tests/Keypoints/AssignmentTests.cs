using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Sleap.Transforms.Tests;

public sealed class AssignmentTests
{
    [Property(MaxTest = 300)]
    public Property TheSumIsTheLeastThereIs() =>
        Prop.ForAll(
            Gen.Choose(1, 6).ToArbitrary(),
            Gen.Choose(1, 6).ToArbitrary(),
            Gen.Choose(0, 100000).ToArbitrary(),
            (rows, columns, seed) =>
            {
                var random = new Random(seed);
                var cost = new double[rows, columns];
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++)
                        cost[row, column] = random.Next(-5, 50);
                }

                var partners = Assignment.Solve(cost);
                Assert.Equal(rows, partners.Length);
                int[] used = [.. partners.Where(column => column >= 0)];
                Assert.Equal(Math.Min(rows, columns), used.Distinct().Count());
                Assert.Equal(used.Length, used.Distinct().Count());
                Assert.Equal(
                    Least(cost, rows, columns),
                    partners.Select((column, row) => column < 0 ? 0 : cost[row, column]).Sum(),
                    9
                );
            }
        );

    // By trying everything: every row of the smaller side is paired.
    private static double Least(double[,] cost, int rows, int columns)
    {
        double Best(int at, int used) =>
            at == Math.Min(rows, columns)
                ? 0
                : Enumerable
                    .Range(0, Math.Max(rows, columns))
                    .Where(other => (used & (1 << other)) == 0)
                    .Min(other =>
                        (rows <= columns ? cost[at, other] : cost[other, at]) + Best(at + 1, used | (1 << other))
                    );
        return Best(0, 0);
    }
}
