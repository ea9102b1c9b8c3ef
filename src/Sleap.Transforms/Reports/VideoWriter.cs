using System.Diagnostics;
using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Writes frames of a canvas as a video, through ffmpeg. The file appears when it is complete.</summary>
internal sealed class VideoWriter : IDisposable
{
    private readonly string _path;
    private readonly AtomicFile _unfinished;
    private readonly Process _ffmpeg;
    private readonly Task<string> _errors;
    private readonly int _frameBytes;

    public VideoWriter(string path, int width, int height, double framesPerSecond, int quality)
    {
        _path = Path.GetFullPath(path);
        _frameBytes = width * height * 4;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        // The ending is the format.
        _unfinished = AtomicFile.Begin(_path, ".tmp" + Path.GetExtension(_path));
        try
        {
            _ffmpeg = FfmpegProgram.StartWriting(Arguments(width, height, framesPerSecond, quality));
        }
        catch
        {
            _unfinished.Dispose();
            throw;
        }
        _errors = _ffmpeg.StandardError.ReadToEndAsync();
    }

    /// <summary>Adds a frame, <see cref="Canvas.Pixels"/>: height × width × 4 bytes.</summary>
    /// <exception cref="InvalidOperationException">ffmpeg stopped; the message says why.</exception>
    public void Add(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != _frameBytes)
        {
            throw new ArgumentException(
                $"A frame has {pixels.Length} bytes, and those before it have {_frameBytes}: a "
                    + $"video's frames are of one size.",
                nameof(pixels)
            );
        }

        try
        {
            _ffmpeg.StandardInput.BaseStream.Write(pixels);
        }
        catch (IOException)
        {
            throw Fault();
        }
    }

    /// <summary>Ends the video.</summary>
    public void Finish()
    {
        try
        {
            _ffmpeg.StandardInput.Close();
        }
        catch (IOException)
        {
            // It stopped early; the exit code below says so.
        }
        _ffmpeg.WaitForExit();
        if (_ffmpeg.ExitCode != 0)
            throw Fault();
        _unfinished.Commit();
    }

    public void Dispose()
    {
        if (!_ffmpeg.HasExited)
        {
            _ffmpeg.Kill();
            _ffmpeg.WaitForExit();
        }
        _ffmpeg.Dispose();
        _unfinished.Dispose();
    }

    private string[] Arguments(int width, int height, double framesPerSecond, int quality)
    {
        FormattableString size = $"{width}x{height}",
            rate = $"{framesPerSecond:0.######}",
            crf = $"{quality}";
        string Text(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);
        var isMovie = Path.GetExtension(_path).ToLowerInvariant() is ".mp4" or ".mov" or ".mkv" or ".m4v";
        // Every player can show H.264 with even sizes and 4:2:0 color.
        string[] codec = isMovie
            ?
            [
                "-vf",
                "pad=ceil(iw/2)*2:ceil(ih/2)*2",
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-crf",
                Text(crf),
                "-pix_fmt",
                "yuv420p",
                "-movflags",
                "+faststart",
            ]
            : [];
        return
        [
            "-nostdin",
            "-hide_banner",
            "-loglevel",
            "error",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb0",
            "-s",
            Text(size),
            "-r",
            Text(rate),
            "-i",
            "pipe:0",
            .. codec,
            "-y",
            $"file:{_unfinished.Temporary}",
        ];
    }

    private InvalidOperationException Fault()
    {
        _ffmpeg.WaitForExit();
        var last = _errors.GetAwaiter().GetResult().Trim().Split('\n')[^1].Trim();
        return new InvalidOperationException(
            $"ffmpeg could not write the video '{_path}' (exit code "
                + $"{_ffmpeg.ExitCode}): {(last.Length > 0 ? last : "it said nothing")}"
        );
    }
}
