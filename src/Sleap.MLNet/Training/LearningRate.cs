namespace Sleap.MLNet;

/// <summary>The learning rate of one training, as its schedule has it.</summary>
internal class LearningRate(Func<int, double> rate)
{
    /// <summary>The rate of a step, 0-based.</summary>
    public virtual double At(int step) => rate(step);

    /// <summary>Told of the validation loss after each epoch.</summary>
    public virtual void Validated(double loss) { }

    /// <summary>Writes what it remembers of the epochs so far.</summary>
    public virtual void Save(BinaryWriter writer) { }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public virtual void Load(BinaryReader reader) { }
}
