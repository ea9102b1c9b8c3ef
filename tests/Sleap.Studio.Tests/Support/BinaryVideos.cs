using System.Diagnostics;

namespace Sleap.Studio.Tests;

/// <summary>
/// Videos whose frames show their own number as black and white blocks, so that a picture tells which frame it is. Each
/// is stored in another way that makes exact seeking hard.
/// </summary>
internal static class BinaryVideos
{
    public const int Bits = 10;
    public const int Frames = 240;

    /// <summary>How a video is made: its name, size, and what ffmpeg is told.</summary>
    public sealed record Kind(string Name, int Width, int Height, string Options)
    {
        public override string ToString() => Name;
    }

    public static IReadOnlyList<Kind> Kinds { get; } =
    [
        new("bframes.mp4", 200, 80, "-c:v libx264 -g 40 -bf 3 -pix_fmt yuv420p"),
        new("open-groups.mkv", 200, 80, "-c:v libx264 -g 30 -bf 2 -x264-params open-gop=1 -pix_fmt yuv420p"),
        new("variable.mkv", 200, 80, "-vf setpts=N/25/TB+gt(mod(N\\,7)\\,3)*0.013/TB -fps_mode vfr -c:v libx264 -g 25"),
        new("ten-bit.mkv", 200, 80, "-c:v libx264 -g 48 -pix_fmt yuv420p10le"),
        new("gray.avi", 200, 80, "-c:v ffv1 -g 12 -pix_fmt gray"),
        new("odd.mkv", 203, 81, "-c:v libx264 -g 50 -pix_fmt yuv444p"),
    ];

    /// <summary>Makes all videos in a folder.</summary>
    public static IReadOnlyList<string> Make(string folder)
    {
        var paths = Kinds.Select(kind => Path.Combine(folder, kind.Name)).ToList();
        Parallel.ForEach(Kinds, kind => Make(kind, Path.Combine(folder, kind.Name)));
        return paths;
    }

    /// <summary>The number that a picture shows.</summary>
    /// <param name="frame">A decoded frame.</param>
    public static int NumberIn(IO.Frame frame)
    {
        var number = 0;
        for (var bit = 0; bit < Bits; bit++)
        {
            var (x, y) = CenterOf(bit, frame.Width, frame.Height);
            if (frame.Pixels[((y * frame.Width) + x) * frame.Channels] > 127)
                number |= 1 << bit;
        }
        return number;
    }

    /// <summary>The middle of a block, in pixels.</summary>
    public static (int X, int Y) CenterOf(int bit, int width, int height) =>
        (((2 * bit) + 1) * width / (2 * Bits), height / 2);

    private static void Make(Kind kind, string path)
    {
        string[] arguments =
        [
            .. $"-v error -y -f rawvideo -pix_fmt gray -s {kind.Width}x{kind.Height} -r 25 -i pipe:0".Split(' '),
            .. kind.Options.Split(' '),
            "-threads",
            "1",
            path,
        ];
        var start = new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        using (var input = process.StandardInput.BaseStream)
        {
            for (var frame = 0; frame < Frames; frame++)
                input.Write(Pixels(kind, frame));
        }
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static byte[] Pixels(Kind kind, int frame)
    {
        var row = new byte[kind.Width];
        for (var x = 0; x < row.Length; x++)
            row[x] = (frame >> (x * Bits / kind.Width) & 1) == 1 ? (byte)235 : (byte)20;
        return [.. Enumerable.Repeat(row, kind.Height).SelectMany(one => one)];
    }
}
