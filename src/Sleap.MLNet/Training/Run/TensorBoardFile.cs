using System.Globalization;
using System.Numerics;

namespace Sleap.MLNet;

/// <summary>
/// An event file that TensorBoard shows: the figures of each epoch at its step. A resumed run has a file for each part,
/// which TensorBoard joins; steps that a later part repeats are those of the later one.
/// </summary>
/// <remarks>
/// TFRecord frames (length, check sum of the length, content, check sum of the content; CRC-32C) of protocol buffers
/// (<c>tensorflow.Event</c>). Each record is written at once and the file closed again, so an interruption leaves whole
/// epochs.
/// </remarks>
internal sealed class TensorBoardFile
{
    private readonly string _path;

    /// <param name="folder">The folder of the network, which TensorBoard takes for a run.</param>
    /// <param name="firstStep">The first step that this file can have.</param>
    public TensorBoardFile(string folder, int firstStep)
    {
        // TensorBoard reads the files of a folder in the order of their names.
        var earlier = Directory.GetFiles(folder, "events.out.tfevents.*").Length;
        _path = Path.Combine(
            folder,
            string.Create(
                CultureInfo.InvariantCulture,
                $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.{earlier:D4}"
            )
        );
        Append(0, writer => WriteField(writer, 3, content => content.Write("brain.Event:2"u8)));
        // SessionLog.START: steps of earlier files from here on do not count.
        Append(firstStep, writer => WriteField(writer, 7, content => content.Write((ReadOnlySpan<byte>)[1 << 3, 1])));
    }

    /// <summary>Adds the figures of an epoch; those that are NaN are left out.</summary>
    public void Add(TrainingProgress epoch) =>
        Append(
            epoch.Step,
            writer =>
                WriteField(
                    writer,
                    5,
                    summary =>
                    {
                        foreach (var (name, value) in epoch.Figures.Where(figure => !double.IsNaN(figure.Value)))
                        {
                            WriteField(
                                summary,
                                1,
                                figure =>
                                {
                                    WriteField(figure, 1, tag => tag.Write(System.Text.Encoding.UTF8.GetBytes(name)));
                                    figure.Write((byte)(2 << 3 | 5));
                                    figure.Write((float)value);
                                }
                            );
                        }
                    }
                )
        );

    // An event: wall_time = 1, a double; step = 2, a varint; then what it is.
    private void Append(int step, Action<BinaryWriter> what)
    {
        var content = Bytes(writer =>
        {
            writer.Write((byte)(1 << 3 | 1));
            writer.Write((DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds);
            writer.Write((byte)(2 << 3));
            writer.Write7BitEncodedInt(step);
            what(writer);
        });
        var length = BitConverter.GetBytes((ulong)content.Length);
        using var file = new FileStream(_path, FileMode.Append);
        file.Write(
            Bytes(writer =>
            {
                writer.Write(length);
                writer.Write(MaskedChecksum(length));
                writer.Write(content);
                writer.Write(MaskedChecksum(content));
            })
        );
    }

    // A field that has a length: text, or a message.
    private static void WriteField(BinaryWriter writer, int number, Action<BinaryWriter> write)
    {
        var content = Bytes(write);
        writer.Write((byte)(number << 3 | 2));
        writer.Write7BitEncodedInt(content.Length);
        writer.Write(content);
    }

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
