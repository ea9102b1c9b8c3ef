using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// One run of ffmpeg that decodes a video from some frame on, with a few frames read ahead. Each frame's number comes
/// from its time, which the filter showinfo prints, so that a frame that cannot be decoded does not shift the ones
/// behind it.
/// </summary>
internal sealed class FfmpegStream : IDisposable
{
    private const int AheadBytes = 48 << 20;
    private const int MaxAhead = 16;

    private readonly string _filter = $"showinfo@{Guid.NewGuid():N}";
    private readonly string _mark;
    private readonly Process _process;
    private readonly VideoProbe _probe;
    private readonly BlockingCollection<long> _times = [];
    private readonly BlockingCollection<(int Index, byte[] Pixels)> _ahead;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _pixelReader;
    private readonly Thread _timeReader;
    private readonly int _frameBytes;
    private string _lastError = "";
    private double _timeBase;

    /// <summary>Starts decoding.</summary>
    /// <param name="probe">The video.</param>
    /// <param name="first">The first frame that is wanted.</param>
    /// <param name="isGray">Whether only the red channel is passed on.</param>
    /// <param name="fromFront">Whether to decode from the front of the file rather than to seek.</param>
    public FfmpegStream(VideoProbe probe, int first, bool isGray, bool fromFront)
    {
        _probe = probe;
        _mark = $"[{_filter} @";
        First = first;
        IsFromFront = fromFront || !probe.IsTimed || probe.KeyBefore(first) == 0;
        _timeBase = probe.TimeBase;
        _frameBytes = checked(probe.Width * probe.Height * (isGray ? 1 : 3));
        _ahead = new BlockingCollection<(int, byte[])>(Math.Clamp(AheadBytes / _frameBytes, 1, MaxAhead));
        _process = FfmpegProgram.StartReading("ffmpeg", Arguments(first, isGray));
        _timeReader = new Thread(ReadTimes) { IsBackground = true, Name = "ffmpeg times" };
        _pixelReader = new Thread(ReadPixels) { IsBackground = true, Name = "ffmpeg pixels" };
        _timeReader.Start();
        _pixelReader.Start();
    }

    /// <summary>The first frame that was asked for.</summary>
    public int First { get; }

    /// <summary>Whether decoding began at the front of the file, where nothing can be missed.</summary>
    public bool IsFromFront { get; }

    /// <summary>What ffmpeg last complained about, or an empty text.</summary>
    public string LastError => Volatile.Read(ref _lastError);

    /// <summary>Gives the next frame, waiting for it; false at the end.</summary>
    public bool TryNext(out int index, out byte[] pixels, CancellationToken cancellationToken)
    {
        if (_ahead.TryTake(out var next, Timeout.Infinite, cancellationToken))
        {
            (index, pixels) = next;
            return true;
        }
        (index, pixels) = (-1, []);
        return false;
    }

    public void Dispose()
    {
        _stop.Cancel();
        FfmpegProgram.Stop(_process);
        _pixelReader.Join();
        _timeReader.Join();
        _process.Dispose();
        _ahead.Dispose();
        _times.Dispose();
        _stop.Dispose();
    }

    /// <summary>Ends ffmpeg without waiting: for a source that nobody disposed.</summary>
    public void Abandon()
    {
        _stop.Cancel();
        if (!_process.HasExited)
            _process.Kill();
    }

    private IEnumerable<string> Arguments(int first, bool isGray)
    {
        List<string> arguments = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", "-copyts"];
        if (!IsFromFront)
        {
            // To the key frame; what lies before the wanted frame is left out by its exact time below.
            var seconds = (_probe.Times[_probe.KeyBefore(first)] * _probe.TimeBase) - _probe.StartTime;
            arguments.AddRange([
                "-noaccurate_seek",
                "-ss",
                Math.Max(0, Math.Ceiling(seconds * 1e6) / 1e6).ToString("F6", CultureInfo.InvariantCulture),
            ]);
        }
        var chosen =
            first == 0 ? ""
            : _probe.IsTimed ? $"select='gte(pts,{_probe.Times[first]})',"
            : $"select='gte(n,{first})',";
        var gray = isGray ? ",format=rgb24,extractplanes=r" : "";
        arguments.AddRange(FfmpegProgram.Input(_probe.Path));
        arguments.AddRange([
            "-map",
            "0:v:0",
            "-an",
            "-sn",
            "-dn",
            "-vf",
            $"{chosen}{_filter}=checksum=0{gray}",
            "-fps_mode",
            "passthrough",
        ]);
        arguments.AddRange(["-f", "rawvideo", "-pix_fmt", isGray ? "gray" : "rgb24", "pipe:1"]);
        return arguments;
    }

    private void ReadPixels()
    {
        try
        {
            using var output = _process.StandardOutput.BaseStream;
            for (var count = 0; ; count++)
            {
                var pixels = new byte[_frameBytes];
                if (output.ReadAtLeast(pixels, _frameBytes, throwOnEndOfStream: false) < _frameBytes)
                    break;
                // The time is printed before the image is passed on; wait for the thread that reads it.
                if (!_times.TryTake(out var time, Timeout.Infinite, _stop.Token))
                    break;
                var index = _probe.IsTimed ? _probe.IndexAt(time) : First + count;
                if (index >= 0)
                    _ahead.Add((index, pixels), _stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The stream is being closed, and ffmpeg with it.
        }
        _ahead.CompleteAdding();
    }

    private void ReadTimes()
    {
        try
        {
            using var errors = _process.StandardError;
            while (errors.ReadLine() is { } line)
                ReadLine(line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // As above.
        }
        _times.CompleteAdding();
    }

    /// <summary>
    /// Lines of the filter look like "[showinfo@ID @ 0x55af] [info] config in time_base: 1/90000, ..." and "... [info] n:
    /// 0 pts: 0 pts_time:0 ...". A name of a file, or a title in it, can hold the same words but not the filter's random
    /// name.
    /// </summary>
    private void ReadLine(string line)
    {
        if (!line.StartsWith(_mark, StringComparison.Ordinal))
        {
            if (Severity(line) is "error" or "fatal")
                Volatile.Write(ref _lastError, line.Trim());
            return;
        }
        if (line.Contains("config in time_base:", StringComparison.Ordinal))
        {
            var ratio = Word(line, "time_base:").TrimEnd(',').Split('/');
            if (
                ratio is [var over, var under]
                && double.TryParse(over, CultureInfo.InvariantCulture, out var ticks)
                && double.TryParse(under, CultureInfo.InvariantCulture, out var second)
            )
            {
                _timeBase = ticks / second;
            }
        }
        else if (
            line.Contains(" pts:", StringComparison.Ordinal) && line.Contains(" pts_time:", StringComparison.Ordinal)
        )
        {
            var isTimed = long.TryParse(
                Word(line, " pts:"),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var time
            );
            _times.Add(isTimed && _probe.TimeBase > 0 ? (long)Math.Round(time * (_timeBase / _probe.TimeBase)) : -1);
        }
    }

    /// <summary>"error" of "[error] ..." and of "[h264 @ 0x55af] [error] ..."; what a text says is not looked at.</summary>
    private static string Severity(string line)
    {
        if (!line.StartsWith('['))
            return "";
        var word = line[1..].Split(']')[0];
        var rest = line[(word.Length + 1)..];
        return word.Contains(" @ ", StringComparison.Ordinal) && rest.StartsWith("] [", StringComparison.Ordinal)
            ? rest[3..].Split(']')[0]
            : word;
    }

    private static string Word(string line, string label)
    {
        var rest = line[(line.IndexOf(label, StringComparison.Ordinal) + label.Length)..].TrimStart();
        var end = rest.IndexOf(' ');
        return end < 0 ? rest : rest[..end];
    }
}
