using FsCheck.Xunit;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Weights that are damaged are refused by name; nothing else is thrown, and nothing runs away.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private const string Keras = "legacy/minimal_robot.UNet.single_instance",
        Sleap = "models/single_instance";
    private readonly string _folder = Directory.CreateTempSubdirectory("damaged-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Property(MaxTest = 500)]
    public void A_damaged_Keras_model_is_read_or_refused(int seed) =>
        Damage(Keras, "training_config.json", "best_model.h5", seed);

    [Property(MaxTest = 500)]
    public void A_damaged_checkpoint_is_read_or_refused(int seed) =>
        Damage(Sleap, "training_config.yaml", "best.ckpt", seed);

    private void Damage(string model, string config, string weights, int seed)
    {
        var random = new Random(seed);
        var file = File.ReadAllBytes(Golden.PathOf($"{model}/{weights}"));
        if (random.Next(4) == 0)
            file = file[..random.Next(file.Length)];
        // The headers are at the front and, of a zip, at the end.
        for (var change = random.Next(1, 6); change > 0 && file.Length > 0; change--)
        {
            var at = random.Next(3) switch
            {
                0 => random.Next(file.Length),
                1 => random.Next(Math.Min(file.Length, 8192)),
                _ => file.Length - 1 - random.Next(Math.Min(file.Length, 8192)),
            };
            file[at] = (byte)random.Next(256);
        }

        File.Copy(Golden.PathOf($"{model}/{config}"), Path.Combine(_folder, config), overwrite: true);
        File.WriteAllBytes(Path.Combine(_folder, weights), file);
        using var scope = NewDisposeScope();
        try
        {
            var folder = ModelFolder.Read(_folder);
            var subject = new PoseSubject(folder.Config.Skeleton!, []);
            using var network = new PoseNetwork(
                folder.Config.Options.Backbone,
                ((SingleInstanceOptions)folder.Config.Options).Heads(subject)
            );
            folder.Load(network);
        }
        catch (PoseFormatException fault)
        {
            Assert.Contains(_folder, fault.Message);
        }
    }
}
