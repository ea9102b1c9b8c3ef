using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class ChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly MLContext _ml = new(1);

    [Fact]
    public void ALineGoesThroughItsPoints()
    {
        var chart = new SvgChart("A & B", (0, 10), (0, 100), width: 180, height: 180, left: 64) { XLabel = "x <px>" };
        chart.Line([(0, 0), (10, 100), (5, double.NaN), (5, 50)], "#123456");
        var svg = XElement.Parse(chart.ToString());
        // 100 pixels wide from 64 to 164, 100 high from 134 up to 34; the missing point breaks it.
        Assert.Equal("M64 134L164 34M114 84", (string)svg.Descendants(Svg + "path").Single().Attribute("d")!);
        Assert.Contains(svg.Elements(Svg + "text"), text => text.Value == "A & B");
        Assert.Contains(svg.Elements(Svg + "text"), text => text.Value == "x <px>");
    }

    [Fact]
    public void ABoxIsTheSameWhicheverCornersAreGiven()
    {
        // The axis goes down, as in a picture.
        var chart = new SvgChart("t", (0, 10), (10, 0), width: 180, height: 180);
        chart.Box(0, 0, 5, 5, "#000");
        chart.Box(5, 5, 0, 0, "#000", "tip");
        XElement[] boxes = [.. XElement.Parse(chart.ToString()).Descendants(Svg + "rect").TakeLast(2)];
        foreach (var box in boxes)
        {
            Assert.Equal(
                ["64", "34", "50", "50"],
                new[] { "x", "y", "width", "height" }.Select(name => (string)box.Attribute(name)!)
            );
        }

        Assert.Equal("tip", boxes[1].Element(Svg + "title")!.Value);
    }

    [Fact]
    public void AnAxisThatAStepWouldStepOverHasTicksToo() =>
        Assert.Equal([600, 800], SvgChart.Ticks(531.677, 938.79, 2));

    [Property(MaxTest = 2000)]
    public Property TicksAreRoundAndInside() =>
        Prop.ForAll(
            Gen.Choose(-1000000, 1000000).ToArbitrary(),
            Gen.Choose(1, 2000000).ToArbitrary(),
            Gen.Choose(2, 12).ToArbitrary(),
            (from, length, wanted) =>
            {
                double low = from / 1000.0,
                    high = low + (length / 1000.0);
                var ticks = SvgChart.Ticks(low, high, wanted);
                Assert.InRange(ticks.Count, 1, wanted + 1);
                Assert.All(ticks, tick => Assert.InRange(tick, low - 1e-6, high + 1e-6));
                double[] steps = [.. ticks.Zip(ticks.Skip(1), (a, b) => b - a)];
                Assert.All(steps, step => Assert.Equal(steps[0], step, 1e-6 * steps[0]));
                var digits = steps.Length == 0 ? "1" : steps[0].ToString("E3", CultureInfo.InvariantCulture)[..1];
                Assert.Contains(digits, new[] { "1", "2", "5" });
            }
        );

    [Fact]
    public void SpeedsAreThoseOfTheMotion()
    {
        // 5 pixels a frame; in frame 3 a far node is missing, which is no motion; frames 4 to 9 are not there.
        var path = Paths(
            (0, 0, false),
            (1, 5, false),
            (2, 10, false),
            (3, 15, true),
            (10, 100, false),
            (12, 110, false)
        )[0];
        Assert.Equal([double.NaN, 5, 5, 5, double.NaN, 5], path.Speeds);
        Assert.Equal(25, path.Length, 9);
        Assert.Equal([(0, 3), (10, 10), (12, 12)], path.Stretches());
    }

    [Fact]
    public void ChartsAreWholeSvgFiles()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        var view = pose.LoadLabels(
            Path.Combine(TestFolder.Repository, "tests", "data", "flies13_20190128.predictions.slp"),
            new LabelsOptions { Instances = InstanceChoice.UserElsePredicted }
        );
        var options = new PlotOptions { FramesPerSecond = 25, PixelsPerUnit = 30 };
        pose.PlotTrajectories(view, folder["t.svg"], options);
        pose.PlotSpeed(view, folder["s.svg"], options);
        pose.PlotOccupancy(view, folder["o.svg"], "track_1", options);
        pose.PlotTimeline(view, folder["l.svg"], options);
        pose.PlotEthogram(
            view,
            folder["e.svg"],
            [
                new("track_0", "in contact", 0, 499),
                new("track_0", "alone", 500, 2999),
                new("track_1", "alone", 1000, 1999),
            ],
            options
        );
        var charts = Directory
            .GetFiles(folder.Path)
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), XElement.Load);
        Assert.All(charts.Values, svg => Assert.Equal(Svg + "svg", svg.Name));
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.DoesNotContain("NaN", File.ReadAllText(file)));
        Assert.Equal(2, charts["t"].Descendants(Svg + "path").Count());
        Assert.Contains(charts["t"].Elements(Svg + "text"), text => text.Value == "x (mm)");
        Assert.Contains(charts["s"].Elements(Svg + "text"), text => text.Value == "mm/s");
        // The cells add up to the 120 seconds of the recording.
        var seconds = charts["o"]
            .Descendants(Svg + "title")
            .Sum(title => double.Parse(title.Value.Split(' ')[0], CultureInfo.InvariantCulture));
        Assert.Equal(120, seconds, 0.5);
        Assert.Equal(
            ["in contact: frames 0 to 499", "alone: frames 500 to 2999", "alone: frames 1000 to 1999"],
            charts["e"].Descendants(Svg + "title").Select(title => title.Value)
        );
        XElement[] bars = [.. charts["e"].Descendants(Svg + "rect").Where(rect => rect.HasElements)];
        Assert.Equal((string)bars[1].Attribute("fill")!, (string)bars[2].Attribute("fill")!);
        Assert.NotEqual((string)bars[0].Attribute("fill")!, (string)bars[1].Attribute("fill")!);
    }

    [Fact]
    public void WhatIsWrongIsSaid()
    {
        var pose = _ml.Pose();
        var view = pose.FromLabels(Poses.Labels((0, [Poses.Animal(Poses.Mouse, false, null, 1, 1, 2, 2, 3, 3)])));
        Assert.Contains(
            "no animal 'bob'. There are animal 1",
            Assert.Throws<ArgumentException>(() => pose.PlotOccupancy(view, "x.svg", "bob")).Message
        );
        Assert.Contains(
            "no node 'wing'",
            Assert
                .Throws<ArgumentException>(() => pose.PlotSpeed(view, "x.svg", new PlotOptions { Node = "wing" }))
                .Message
        );
        var faults = Assert
            .Throws<ArgumentException>(() =>
                new PlotOptions
                {
                    FramesPerSecond = 0,
                    PixelsPerUnit = -1,
                    Unit = "",
                    MaxAnimals = 0,
                    Cells = 1,
                    Palette = [],
                }.Checked()
            )
            .Message;
        foreach (
            var name in new[]
            {
                "FramesPerSecond is 0",
                "PixelsPerUnit is -1",
                "Unit",
                "MaxAnimals is 0",
                "Cells is 1",
                "Palette",
            }
        )
        {
            Assert.Contains(name, faults);
        }
    }

    private static IReadOnlyList<AnimalPath> Paths(params (int Frame, double X, bool Missing)[] places)
    {
        var track = new Track("m");
        var labels = Poses.Labels([
            .. places.Select(p =>
                (
                    p.Frame,
                    new[]
                    {
                        Poses.Animal(Poses.Mouse, true, track, p.X, 0, p.X, 10, p.Missing ? double.NaN : p.X + 200, 0),
                    }
                )
            ),
        ]);
        return AnimalPath.Of(PosedVideo.Choose(labels, null), null);
    }
}
