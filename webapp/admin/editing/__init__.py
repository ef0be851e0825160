"""What a promoter puts on and changes: concerts, performances, seat plans, prices, the ladder of fees."""
