using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>The run folder of one network: its last checkpoint, its log and its progress.</summary>
/// <remarks>
/// Files are written atomically, so that after any interruption the folder has the state of the previous epoch.
/// </remarks>
internal sealed class RunFolder
{
    private const string Signature = "Sleap.MLNet run";
    private const int Version = 5;
    private readonly List<TrainingProgress> _history = [];
    private readonly bool _writesEvents;
    private TensorBoardFile? _events;

    /// <param name="folder">The folder; created if it is missing.</param>
    /// <param name="resume">Whether an existing run is resumed.</param>
    /// <param name="writesEvents">Whether an event file for TensorBoard is written.</param>
    /// <exception cref="InvalidOperationException">The folder has a run that is not to be resumed.</exception>
    public RunFolder(string folder, bool resume, bool writesEvents)
    {
        _writesEvents = writesEvents;
        FullPath = Directory.CreateDirectory(folder).FullName;
        if (!resume && HasCheckpoint)
        {
            throw new InvalidOperationException(
                $"'{FullPath}' holds a training already. Set Training.Resume to go "
                    + $"on with it, or choose another Training.RunFolder."
            );
        }
    }

    public string FullPath { get; }

    public string CheckpointPath => Path.Combine(FullPath, "last.checkpoint");

    /// <summary>Whether there is a run to resume.</summary>
    public bool HasCheckpoint => File.Exists(CheckpointPath);

    /// <summary>Progress of all epochs so far, including those before an interruption.</summary>
    public IReadOnlyList<TrainingProgress> History => _history;

    private string LogPath => Path.Combine(FullPath, "training_log.csv");

    /// <summary>Throws before training if checkpoints would not fit on the disk.</summary>
    /// <param name="network">The network.</param>
    /// <param name="files">Number of files of its weights beside the checkpoint.</param>
    /// <exception cref="IOException">There is too little space on the disk.</exception>
    public void RequireRoom(PoseNetwork network, int files)
    {
        // Weights, average, best weights and two moments of the optimizer; twice, since the new checkpoint is written
        // beside the old one.
        var needed =
            network.parameters().Sum(parameter => parameter.numel()) * sizeof(float) * (5 * 2 + files) + (1 << 20);
        var free = new DriveInfo(FullPath).AvailableFreeSpace;
        if (free < needed)
        {
            throw new IOException(
                $"'{FullPath}' has {free >> 20} MB of free space, and the checkpoints of this "
                    + $"training need {(needed >> 20) + 1} MB. Free some, or choose another Training.RunFolder."
            );
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="terms">Settings that must match for the run to resume.</param>
    /// <param name="state">Weights, optimizer and schedule.</param>
    public void Save(RunTerms terms, TrainingState state) =>
        AtomicFile.Write(
            CheckpointPath,
            file =>
            {
                using var content = new MemoryStream();
                using var writer = new BinaryWriter(content);
                writer.Write(Signature);
                writer.Write(Version);
                writer.Write(terms.ToJson());
                state.Save(writer);
                writer.Flush();
                var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
                file.Write(SHA256.HashData(bytes));
                file.Write(bytes);
            }
        );

    /// <summary>Reads the checkpoint; false if there is none.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    /// <exception cref="InvalidOperationException">The settings differ from those the run was started with.</exception>
    public bool Load(RunTerms terms, TrainingState state)
    {
        if (!HasCheckpoint)
            return false;
        var bytes = File.ReadAllBytes(CheckpointPath);
        if (
            bytes.Length < SHA256.HashSizeInBytes
            || !SHA256
                .HashData(bytes.AsSpan(SHA256.HashSizeInBytes))
                .AsSpan()
                .SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))
        )
        {
            throw new InvalidDataException(
                $"'{CheckpointPath}' is damaged: its content does not match its check "
                    + $"sum. Training cannot go on from it; delete it to begin anew."
            );
        }

        using var reader = new BinaryReader(
            new MemoryStream(bytes, SHA256.HashSizeInBytes, bytes.Length - SHA256.HashSizeInBytes)
        );
        if (reader.ReadString() != Signature || reader.ReadInt32() != Version)
            throw new InvalidDataException($"'{CheckpointPath}' is no checkpoint of this version of the library.");
        terms.RequireSame(RunTerms.FromJson(reader.ReadString()), CheckpointPath);
        state.Load(reader, CheckpointPath);
        ReadHistory(state.Epoch);
        return true;
    }

    /// <summary>Adds an epoch to the log and the events, and updates the progress file.</summary>
    public void Report(TrainingProgress p)
    {
        if (_writesEvents)
            (_events ??= new(FullPath, _history.LastOrDefault()?.Step + 1 ?? 0)).Add(p);
        _history.Add(p);
        AtomicFile.WriteText(
            LogPath,
            string.Concat(_history.Select(epoch => epoch.LogLine).Prepend(p.LogHead).Select(line => $"{line}\n"))
        );
        var progress = new JsonObject
        {
            ["model"] = p.Model,
            ["epoch"] = p.Epoch,
            ["epochs"] = p.Epochs,
            ["step"] = p.Step,
            ["training_loss"] = Number(p.TrainingLoss),
            ["validation_loss"] = Number(p.ValidationLoss),
            ["validation_error_px"] = Number(p.ValidationError),
            ["validation_identity"] = Number(p.ValidationIdentity),
            ["validation_oks_map"] = Number(p.ValidationMeanAP),
            ["validation_pck"] = Number(p.ValidationPck),
            ["learning_rate"] = p.LearningRate,
            ["steps_per_second"] = Number(p.StepsPerSecond),
            ["elapsed_seconds"] = p.Elapsed.TotalSeconds,
            ["remaining_seconds"] = p.Remaining.TotalSeconds,
        };
        AtomicFile.Write(
            Path.Combine(FullPath, "progress.json"),
            file =>
            {
                using var writer = new Utf8JsonWriter(file, new() { Indented = true });
                progress.WriteTo(writer);
            }
        );
    }

    // The log can be ahead of the checkpoint if the program stopped between the two writes. Such an epoch is repeated.
    private void ReadHistory(int epochs)
    {
        if (!File.Exists(LogPath))
            return;
        var lowest = double.PositiveInfinity;
        foreach (var line in File.ReadLines(LogPath).Skip(1))
        {
            if (TrainingProgress.FromLogLine(line) is not { } epoch || epoch.Epoch > epochs)
                continue;
            var isBest = epoch.ValidationLoss < lowest;
            if (isBest)
                lowest = epoch.ValidationLoss;
            _history.Add(epoch with { Epochs = epochs, IsBest = isBest });
        }
    }

    // Null for NaN and infinity, which JSON does not have.
    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>Settings that must match for a run to resume.</summary>
internal sealed partial record RunTerms
{
    public required string Model { get; init; }

    public required int Seed { get; init; }

    public required string Optimizer { get; init; }

    public required int BatchSize { get; init; }

    public required int StepsPerEpoch { get; init; }

    public required int TrainingSamples { get; init; }

    public required int ValidationSamples { get; init; }

    /// <summary>Whether it is trained with normalization; runs of older versions were not.</summary>
    public string Normalization { get; init; } = nameof(MLNet.Normalization.None);

    /// <summary>
    /// Weights that the run started from, and what is frozen; null: none, as in runs of older versions.
    /// </summary>
    public string? Start { get; init; }

    /// <summary>The order of the training samples; null: random, as in runs of older versions.</summary>
    public string? Order { get; init; }

    /// <summary>The tiles of the frames; null: whole frames, as in runs of older versions.</summary>
    public string? Tiles { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, TermsJson.Default.RunTerms);

    public static RunTerms FromJson(string json) => JsonSerializer.Deserialize(json, TermsJson.Default.RunTerms)!;

    /// <exception cref="InvalidOperationException">Settings differ; the message lists all differences.</exception>
    public void RequireSame(RunTerms stored, string file)
    {
        (string Name, object? Now, object? Then)[] all =
        [
            ("the model", Model, stored.Model),
            ("the seed", Seed, stored.Seed),
            ("Training.Optimizer", Optimizer, stored.Optimizer),
            ("Training.BatchSize", BatchSize, stored.BatchSize),
            ("Training.StepsPerEpoch", StepsPerEpoch, stored.StepsPerEpoch),
            ("the number of training samples", TrainingSamples, stored.TrainingSamples),
            ("the number of validation samples", ValidationSamples, stored.ValidationSamples),
            ("Training.Normalization", Normalization, stored.Normalization),
            ("Training.Start", Start, stored.Start),
            ("the order of the training samples", Order, stored.Order),
            ("Training.Tiles", Tiles, stored.Tiles),
        ];
        string[] differences =
        [
            .. all.Where(term => !Equals(term.Now, term.Then))
                .Select(term => $"{term.Name} was {term.Then ?? "null"} and is {term.Now ?? "null"}"),
        ];
        if (differences.Length > 0)
        {
            throw new InvalidOperationException(
                $"The training in '{file}' cannot go on, it would be another one: "
                    + $"{string.Join("; ", differences)}. Make them the same, or begin in another Training.RunFolder."
            );
        }
    }

    [JsonSerializable(typeof(RunTerms))]
    private sealed partial class TermsJson : JsonSerializerContext;
}

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
