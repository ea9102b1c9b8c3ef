using System.Collections.Immutable;
using System.Text;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Charts of poses as SVG files: the predicted keypoints of a view if it has them, else its labels. An animal is a
/// track; without tracks it is the number of an instance in its frame. Lengths are in pixels and time in frames, unless
/// <see cref="PlotOptions"/> has their scale.
/// </summary>
public static class PlotCatalog
{
    /// <summary>
    /// The paths of the animals, seen from above; broken where an animal is not seen for more than 5 frames.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">The .svg file to write.</param>
    /// <param name="options">Units and which animals; null for the defaults.</param>
    /// <exception cref="ArgumentException">The view has no keypoints, the options are wrong, or there are several
    /// videos and none is chosen.</exception>
    public static void PlotTrajectories(
        this PoseCatalog pose,
        IDataView view,
        string path,
        PlotOptions? options = null
    ) => Write(path, Charts(pose, view, options).Trajectories());

    /// <summary>
    /// Speed over time: the mean motion of the nodes seen in two frames, at most 5 frames apart. Long recordings are
    /// averaged over so many frames that there are at most 480 points, which the title says.
    /// </summary>
    /// <inheritdoc cref="PlotTrajectories"/>
    public static void PlotSpeed(this PoseCatalog pose, IDataView view, string path, PlotOptions? options = null) =>
        Write(path, Charts(pose, view, options).Speeds());

    /// <summary>
    /// Where an animal spends its time: a map of cells, the brighter the longer (by the square root; full at the 99th
    /// percentile of the cells).
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">The .svg file to write.</param>
    /// <param name="animal">The animal's track, or "animal 1" and so on where there are no tracks.</param>
    /// <param name="options">Units and cells; null for the defaults.</param>
    /// <exception cref="ArgumentException">As for the other charts, or there is no such animal.</exception>
    public static void PlotOccupancy(
        this PoseCatalog pose,
        IDataView view,
        string path,
        string animal,
        PlotOptions? options = null
    )
    {
        var charts = Charts(pose, view, options);
        var at = charts.Shown.ToList().FindIndex(one => one.Name == animal);
        if (at < 0)
        {
            throw new ArgumentException(
                $"There is no animal '{animal}'. There are "
                    + $"{string.Join(", ", charts.Shown.Select(one => one.Name))}.",
                nameof(animal)
            );
        }

        Write(path, charts.Occupancies().ElementAt(at));
    }

    /// <summary>When each animal was seen: a row of bars for each.</summary>
    /// <inheritdoc cref="PlotTrajectories"/>
    public static void PlotTimeline(this PoseCatalog pose, IDataView view, string path, PlotOptions? options = null) =>
        Write(path, Charts(pose, view, options).Timeline());

    /// <summary>
    /// What each animal did when: a row of bars for each, a color for each behavior.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints, for the length of the recording.</param>
    /// <param name="path">The .svg file to write.</param>
    /// <param name="bouts">The bouts; those of other videos are left out.</param>
    /// <param name="options">Units; null for the defaults.</param>
    /// <exception cref="ArgumentException">As for the other charts.</exception>
    public static void PlotEthogram(
        this PoseCatalog pose,
        IDataView view,
        string path,
        IEnumerable<Bout> bouts,
        PlotOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(bouts);
        var (charts, video) = ChartsOf(pose, view, options);
        string[] names = [video.Video.Text];
        Write(path, charts.Ethogram([.. bouts.Where(bout => BoutVideos.Find(names, bout.Video) is not null)]));
    }

    private static PoseCharts Charts(PoseCatalog pose, IDataView view, PlotOptions? options) =>
        ChartsOf(pose, view, options).Charts;

    private static (PoseCharts Charts, PosedVideo Video) ChartsOf(
        PoseCatalog pose,
        IDataView view,
        PlotOptions? options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        var chosen = (options ?? new PlotOptions()).Checked();
        var video = PosedVideo.Choose(pose.ToLabels(view, chosen.Columns), chosen.Video);
        return (new PoseCharts(video, chosen), video);
    }

    private static void Write(string path, string svg)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllText(path, svg, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}

/// <summary>Units and sizes of charts.</summary>
public sealed record PlotOptions
{
    /// <summary>Frames a second, more than 0. Default null: time is in frames.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>Pixels of one <see cref="Unit"/>, more than 0. Default null: lengths are in pixels.</summary>
    public double? PixelsPerUnit { get; init; }

    /// <summary>The unit of length where <see cref="PixelsPerUnit"/> is given. Default "mm".</summary>
    public string Unit { get; init; } = "mm";

    /// <summary>
    /// The video where there are several: its path or file name. Default null: there is only one with poses.
    /// </summary>
    public string? Video { get; init; }

    /// <summary>
    /// The node that is an animal's position. Default null, and where it is missing: the mean of the visible nodes.
    /// </summary>
    public string? Node { get; init; }

    /// <summary>At most this many animals, those seen in most frames; 1 or more. Default 8.</summary>
    public int MaxAnimals { get; init; } = 8;

    /// <summary>Cells along the longer side of an occupancy map, 2 to 500. Default 40.</summary>
    public int Cells { get; init; } = 40;

    /// <summary>Colors of the animals. Default: those of <see cref="DrawingOptions.Palette"/>.</summary>
    public ImmutableArray<Rgb> Palette { get; init; } = new DrawingOptions().Palette;

    /// <summary>The names of the columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal string LengthUnit => PixelsPerUnit is null ? "px" : Unit;

    internal PlotOptions Checked()
    {
        Columns.Checked();
        new OptionFaults("Plot options")
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .If(
                string.IsNullOrEmpty(Unit) || Video == "" || Node == "",
                $"{nameof(Unit)}, {nameof(Video)} or {nameof(Node)} is empty"
            )
            .If(MaxAnimals < 1, $"{nameof(MaxAnimals)} is {MaxAnimals}, expected 1 or more")
            .Within(nameof(Cells), Cells, 2, 500)
            .If(Palette.IsDefaultOrEmpty, $"{nameof(Palette)} has no color")
            .Throw();
        return this;
    }
}
