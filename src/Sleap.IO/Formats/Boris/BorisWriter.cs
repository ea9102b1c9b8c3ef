using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// Writes aggregated events as BORIS exports them, a row a bout, all of them states: from the begin of the first frame
/// to the end of the last one, in seconds.
/// </summary>
internal static class BorisWriter
{
    // With three decimals, as in BORIS, the frame is still the nearest one up to this rate.
    private const double MaxRateOfMilliseconds = 500;

    public static void Write(CsvTableWriter writer, IReadOnlyList<Bout> bouts, double framesPerSecond)
    {
        writer.Texts([
            "Observation id",
            "Observation date",
            "Description",
            "Media file",
            "Total length",
            "FPS",
            "Subject",
            "Behavior",
            "Behavioral category",
            "Modifiers",
            "Behavior type",
            "Start (s)",
            "Stop (s)",
            "Duration (s)",
            "Comment start",
            "Comment stop",
        ]);
        writer.EndRow();
        var digits = framesPerSecond <= MaxRateOfMilliseconds ? "0.000" : "0.000000";
        string Seconds(int frames) => (frames / framesPerSecond).ToString(digits, CultureInfo.InvariantCulture);
        foreach (var bout in bouts)
        {
            writer.Text(Path.GetFileNameWithoutExtension(BoutVideos.FileName(bout.Video)));
            writer.Texts(["", "", bout.Video, ""]);
            writer.Number(framesPerSecond);
            writer.Texts([bout.Subject ?? BorisReader.NoSubject, bout.Behavior, "", "", "STATE"]);
            writer.Texts([Seconds(bout.FirstFrame), Seconds(bout.LastFrame + 1), Seconds(bout.FrameCount), "", ""]);
            writer.EndRow();
        }
    }

    /// <summary>What the table cannot hold, one sentence each.</summary>
    public static IEnumerable<string> Losses(IReadOnlyList<Bout> bouts)
    {
        if (bouts.Count(bout => bout.Target is not null) is > 0 and var directed)
            yield return $"The table has no place for the targets of {directed} bouts.";
        if (bouts.Count(bout => bout.IsPredicted) is > 0 and var predicted)
            yield return $"The table does not say that {predicted} bouts are predicted.";
    }
}
