using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class DataFramePropertyTests
{
    private readonly PoseCatalog _pose = new MLContext(1).Pose();

    [Property(MaxTest = 60)]
    public Property AnyPosesGoThereAndBack() =>
        Prop.ForAll(
            Gen.Choose(0, 1000000).ToArbitrary(),
            Gen.Elements(TableLayout.Tidy, TableLayout.Wide).ToArbitrary(),
            (seed, layout) =>
            {
                var labels = Random(new Random(seed));
                var view = _pose.FromDataFrame(
                    _pose.ToDataFrame(
                        _pose.FromLabels(labels, new LabelsOptions { Instances = InstanceChoice.All }),
                        new TableOptions { Layout = layout }
                    ),
                    Poses.Mouse
                );
                Assert.Equal(Describe(labels), Describe(_pose.ToLabels(view)));
            }
        );

    [Property(MaxTest = 30)]
    public Property TheSameThroughCsv() =>
        Prop.ForAll(
            Gen.Choose(0, 1000000).ToArbitrary(),
            Gen.Elements(TableLayout.Tidy, TableLayout.Wide).ToArbitrary(),
            (seed, layout) =>
            {
                using var folder = new TestFolder();
                var labels = Random(new Random(seed));
                _pose.SaveCsv(
                    _pose.FromLabels(labels, new LabelsOptions { Instances = InstanceChoice.All }),
                    folder["t.csv"],
                    new TableOptions { Layout = layout }
                );
                var view = _pose.FromDataFrame(DataFrame.LoadCsv(folder["t.csv"]), Poses.Mouse);
                Assert.Equal(Describe(labels), Describe(_pose.ToLabels(view)));
            }
        );

    private static Labels Random(Random random)
    {
        Track[] tracks = [new("a"), new("b"), new("c")];
        var frame = 0;
        return Poses.Labels([
            .. Enumerable
                .Range(0, 1 + random.Next(8))
                .Select(_ =>
                    (
                        frame += 1 + random.Next(3),
                        Enumerable
                            .Range(0, 1 + random.Next(3))
                            .Select(animal =>
                            {
                                double[] xy =
                                [
                                    .. Enumerable.Range(0, 6).Select(_ => Math.Round(random.NextDouble() * 500, 3)),
                                ];
                                if (random.Next(2) == 0)
                                    xy.AsSpan(2 * random.Next(3), 2).Fill(double.NaN);
                                return Poses.Animal(
                                    Poses.Mouse,
                                    false,
                                    random.Next(3) == 0 ? null : tracks[animal],
                                    xy
                                );
                            })
                            .ToArray()
                    )
                ),
        ]);
    }

    private static IEnumerable<string> Describe(Labels labels) =>
        labels.Frames.SelectMany(frame =>
            frame.Instances.Select(instance =>
                $"{frame.FrameIndex} {instance.Track?.Name ?? "-"} {string.Join(" ", instance.Points.Select(Describe))}"
            )
        );

    private static string Describe(Point point) =>
        point.IsMissing ? "-" : string.Create(CultureInfo.InvariantCulture, $"{(float)point.X},{(float)point.Y}");
}
