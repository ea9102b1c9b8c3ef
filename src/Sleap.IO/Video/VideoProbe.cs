using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// What ffprobe says of a video: size, rate and, from its packets, when every frame is shown and where decoding can
/// start.
/// </summary>
internal sealed class VideoProbe
{
    /// <summary>How long ffprobe may be without output; a video on a slow share has some in less.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(2);

    private const int MaxDescription = 1 << 24;

    private readonly Dictionary<long, int> _indices;

    private VideoProbe(
        string path,
        JsonNode stream,
        List<(long Time, bool IsKey)> packets,
        bool isTimed,
        double startTime
    )
    {
        Path = path;
        var isTurned =
            stream["side_data_list"] is JsonArray list
            && list.Any(d => Math.Abs(Number(d?["rotation"]) ?? 0) % 180 is 90);
        var (width, height) = ((int)(Number(stream["width"]) ?? 0), (int)(Number(stream["height"]) ?? 0));
        (Width, Height) = isTurned ? (height, width) : (width, height);
        FramesPerSecond = Ratio(stream["avg_frame_rate"]) ?? Ratio(stream["r_frame_rate"]) ?? double.NaN;
        TimeBase = Ratio(stream["time_base"]) ?? 0;
        StartTime = startTime;
        Times = [.. packets.Select(p => p.Time).Order()];
        _indices = [];
        for (var i = 0; i < Times.Length; i++)
            _indices.TryAdd(Times[i], i);
        // Two frames of one time, or frames without: then frames are counted, and decoding always starts at the front.
        IsTimed = isTimed && _indices.Count == Times.Length && TimeBase > 0;
        Keys = IsTimed ? [.. packets.Where(p => p.IsKey).Select(p => _indices[p.Time]).Order()] : [0];
    }

    public string Path { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Mean rate; NaN when unknown.</summary>
    public double FramesPerSecond { get; }

    /// <summary>Seconds of one unit of <see cref="Times"/>.</summary>
    public double TimeBase { get; }

    /// <summary>Seconds at which the file starts, which -ss counts from.</summary>
    public double StartTime { get; }

    /// <summary>Time of each frame in the stream's units, rising.</summary>
    public long[] Times { get; }

    /// <summary>Whether frames are told apart by their times.</summary>
    public bool IsTimed { get; }

    /// <summary>Frames that decoding can start at.</summary>
    public int[] Keys { get; }

    public static VideoProbe Of(string path)
    {
        if (!InputFile.HasContent(path))
            throw new PoseFormatException(path, null, "the file is empty, and a video was expected.");
        var description = new StringBuilder();
        foreach (var line in Run(path, "-show_streams", "-show_format", "-of", "json"))
        {
            if (description.Length + line.Length > MaxDescription)
                throw new PoseFormatException(path, null, "ffprobe's description of the file has no end.");
            description.AppendLine(line);
        }
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(description.ToString());
        }
        catch (JsonException fault)
        {
            throw new PoseFormatException(path, null, "ffprobe's answer is not JSON.", fault);
        }
        if (root?["streams"] is not JsonArray { Count: > 0 } streams)
            throw Unreadable(path, "the file holds no video stream, or is cut off before it.");
        var (packets, isTimed) = Packets(path);
        var probe = new VideoProbe(path, streams[0]!, packets, isTimed, Number(root["format"]?["start_time"]) ?? 0);
        if (probe.Width <= 0 || probe.Height <= 0 || (long)probe.Width * probe.Height > ImageHeader.MaxPixels)
        {
            throw new PoseFormatException(
                path,
                null,
                $"the video says its frames are {probe.Width} x {probe.Height} pixels."
            );
        }

        return packets.Count > 0 ? probe : throw Unreadable(path, "the video holds no frame; it may be cut off.");
    }

    /// <summary>The frame shown at a time, or -1.</summary>
    public int IndexAt(long time) => _indices.TryGetValue(time, out var index) ? index : -1;

    /// <summary>The last frame at or before this one that decoding can start at.</summary>
    public int KeyBefore(int index)
    {
        var place = Array.BinarySearch(Keys, index);
        place = place >= 0 ? place : ~place - 1;
        return place >= 0 ? Keys[place] : 0;
    }

    private static (List<(long Time, bool IsKey)> Packets, bool IsTimed) Packets(string path)
    {
        var packets = new List<(long, bool)>();
        var isTimed = true;
        var length = InputFile.Length(path);
        foreach (var line in Run(path, "-show_entries", "packet=pts,flags", "-of", "csv=p=0"))
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            if (comma < 0)
                continue;
            var flags = line.AsSpan(comma + 1);
            // D: decoded for the sake of others and not shown.
            if (flags.Contains('D'))
                continue;
            if (packets.Count >= length)
                throw new PoseFormatException(path, null, $"the video declares more frames than its {length} bytes.");
            isTimed &= long.TryParse(
                line.AsSpan(0, comma),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var time
            );
            packets.Add((isTimed ? time : packets.Count, flags.Contains('K')));
        }
        return (packets, isTimed);
    }

    /// <summary>What ffprobe prints of the first video stream, line by line.</summary>
    private static IEnumerable<string> Run(string path, params string[] what)
    {
        string[] arguments = ["-v", "error", "-select_streams", "v:0", .. what, .. FfmpegProgram.Input(path)];
        using var process = FfmpegProgram.StartReading("ffprobe", arguments);
        using var silence = new CancellationTokenSource(MaxSilence);
        using var stop = silence.Token.Register(process.Kill);
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                silence.CancelAfter(MaxSilence);
                yield return line;
            }
            process.WaitForExit();
            if (silence.IsCancellationRequested)
            {
                throw new PoseFormatException(
                    path,
                    null,
                    $"ffprobe found nothing in the file for {MaxSilence.TotalSeconds:0} s and was ended."
                );
            }
            if (process.ExitCode != 0)
                throw Unreadable(path, Reason(errors.Result, path));
        }
        finally
        {
            FfmpegProgram.Stop(process);
        }
    }

    private static string Reason(string errors, string path)
    {
        const string Refused = "Format not on whitelist";
        var line = errors.Split('\n').FirstOrDefault(l => l.Contains(Refused, StringComparison.Ordinal));
        // "[hls @ 0x559a61467280] Format not on whitelist ..."
        return line is not null
            ? $"the file is '{line.TrimStart('[').Split(' ')[0]}' by its content, and a video was expected. Playlists "
                + "are not opened, because they name other files."
            : $"ffprobe cannot read the file as a video ({LastLine(errors, path)}).";
    }

    private static PoseFormatException Unreadable(string path, string cause) =>
        new(path, null, VideoContainer.CutOff(path) ?? cause);

    private static string LastLine(string text, string path) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault()
            ?.Replace($"file:{path}: ", "")
        ?? "it gives no reason";

    private static double? Number(JsonNode? node) =>
        double.TryParse(node?.ToString(), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Ratio(JsonNode? node)
    {
        var parts = node?.ToString().Split('/');
        return
            parts is { Length: 2 }
            && double.TryParse(parts[0], CultureInfo.InvariantCulture, out var over)
            && double.TryParse(parts[1], CultureInfo.InvariantCulture, out var under)
            && over > 0
            && under > 0
            ? over / under
            : null;
    }
}
